import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { useSurroundings } from "../../surroundings";
import { npmFolder } from "../setup/npmFolder";
import { storedState } from "../setup/storedState";

const run = promisify(execFile);
const root = join(__dirname, "../../../..");
const minutes = 60_000;

/** Versions that a user's program may have, besides the lockfile's version, which all other tests use. */
const versions = {
  oldest: { pulumi: "3.142.0", aws: "7.2.0" },
  newest: { pulumi: "latest", aws: "latest" },
};

interface Program {
  pulumi: string;
  aws: string;
  /** Folder in which both are installed beside the packed package. */
  directory: string;
}

const npm = (args: string[], cwd = root) => run("npm", args, { cwd, timeout: 5 * minutes });

/** The version of a tag in npm's registry; undefined if no registry can be reached. */
async function resolved(name: string, wanted: string): Promise<string | undefined> {
  if (/^\d/.test(wanted)) return wanted;
  return npm(["view", `${name}@${wanted}`, "version"]).then(
    ({ stdout }) => stdout.trim(),
    () => undefined,
  );
}

/** A program's folder with these versions, kept in .cache, and with the package as `npm pack` currently creates it. */
async function installed(wanted: { pulumi: string; aws: string }): Promise<Program | undefined> {
  const pulumi = await resolved("@pulumi/pulumi", wanted.pulumi);
  const aws = await resolved("@pulumi/aws", wanted.aws);
  if (pulumi === undefined || aws === undefined) return undefined;
  const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  // The package's dependencies, so that npm selects versions as it does for a user; its own files are added later.
  const all = { ...dependencies, "@pulumi/pulumi": pulumi, "@pulumi/aws": aws };
  const directory = await npmFolder(join("pulumi-versions", `${pulumi}-${aws}`), all);
  return directory === undefined ? undefined : { pulumi, aws, directory };
}

describe("the packed package beside other versions of Pulumi's packages", () => {
  const surroundings = useSurroundings();
  let packed: string;
  before(async () => {
    packed = mkdtempSync(join(tmpdir(), "packed-"));
    await npm(["pack", "--ignore-scripts", "--pack-destination", packed]);
    await run("sh", ["-c", "tar -xzf *.tgz"], { cwd: packed });
  });
  after(() => rmSync(packed, { recursive: true, force: true }));

  it("asks for ranges, so that npm gives a program and the package one copy of each", () => {
    const { dependencies } = JSON.parse(readFileSync(join(packed, "package", "package.json"), "utf8"));
    assert.deepEqual(
      [dependencies["@pulumi/pulumi"], dependencies["@pulumi/aws"]],
      [`^${versions.oldest.pulumi}`, `^${versions.oldest.aws}`],
    );
  });

  for (const [title, wanted] of Object.entries(versions)) {
    it(`${title}: observes a stack, and secrets and unknown values stay what they are`, async function () {
      this.timeout(10 * minutes);
      const found = await installed(wanted);
      if (found === undefined) {
        console.log(`      ${JSON.stringify(wanted)} is neither in .cache nor available from npm's registry`);
        return this.skip();
      }
      const copy = join(found.directory, "node_modules", "clickstack-lambda");
      rmSync(copy, { recursive: true, force: true });
      cpSync(join(packed, "package"), copy, { recursive: true });
      // The engine looks for the plugin in the version that the program's @pulumi/aws requests.
      const plugins = join(surroundings.engine.environment.PULUMI_HOME ?? "", "plugins");
      const { version: own } = JSON.parse(readFileSync(require.resolve("@pulumi/aws/package.json"), "utf8"));
      if (found.aws !== own)
        cpSync(join(plugins, `resource-aws-v${own}`), join(plugins, `resource-aws-v${found.aws}`), {
          recursive: true,
        });
      const stackName = `pulumi-${found.pulumi.replaceAll(".", "-")}`;
      const script = ["--import", require.resolve("tsx"), join(__dirname, "otherPulumi.ts")];
      const { stdout } = await run(process.execPath, [...script, found.directory, stackName, "both"], {
        cwd: root,
        env: { ...process.env, ...surroundings.engine.environment },
        timeout: 5 * minutes,
      });
      const answer = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
      assert.deepEqual([answer.pulumi, answer.aws], [found.pulumi, found.aws]);
      assert.equal(answer.package, join(copy, "dist/index.js"));
      assert.match(answer.named, /^arn:aws:lambda:/);
      assert.deepEqual(Object.keys(answer.changes), ["same"]);
      const state = storedState(surroundings.engine, stackName);
      assert.deepEqual(state.match(/hush-\w+/g), null, "the state holds no secret as plain text");
    });
  }
});
