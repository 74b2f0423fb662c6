import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { useSurroundings } from "../embeddedAws/surroundings";
import { storedState } from "./storedState";

const run = promisify(execFile);
const root = join(__dirname, "../../..");
const minutes = 60_000;

/** The oldest version that the aws package of package.json takes, and the newest that there is. */
const versions = ["3.142.0", "latest"];

/** Directory with this version installed, kept in .cache; undefined where no registry of npm can be reached. */
async function installed(wanted: string): Promise<{ version: string; directory: string } | undefined> {
  const npm = (args: string[], cwd = root) => run("npm", args, { cwd, timeout: 4 * minutes });
  const version = await npm(["view", `@pulumi/pulumi@${wanted}`, "version"]).then(
    ({ stdout }) => stdout.trim(),
    () => wanted,
  );
  const directory = join(root, ".cache", "pulumi-sdk", version);
  if (existsSync(directory)) return { version, directory };
  const partial = `${directory}.${process.pid}`;
  mkdirSync(partial, { recursive: true });
  // Without one npm would install into the checkout.
  writeFileSync(join(partial, "package.json"), "{}");
  try {
    const options = ["--ignore-scripts", "--no-audit", "--no-fund", "--no-package-lock"];
    await npm(["install", ...options, `@pulumi/pulumi@${version}`], partial);
    assert.ok(existsSync(join(partial, "node_modules/@pulumi/pulumi")));
    if (!existsSync(directory)) renameSync(partial, directory);
    return { version, directory };
  } catch {
    return undefined;
  } finally {
    rmSync(partial, { recursive: true, force: true });
  }
}

// The version of package.json is the one of all other tests.
describe("observeStack with other versions of @pulumi/pulumi", () => {
  const surroundings = useSurroundings();

  for (const wanted of versions) {
    it(`${wanted}: secrets and unknown values stay what they are`, async function () {
      this.timeout(10 * minutes);
      const found = await installed(wanted);
      if (found === undefined) {
        console.log(`      @pulumi/pulumi ${wanted} is neither in .cache nor to be had from npm's registry`);
        return this.skip();
      }
      const stackName = `pulumi-${found.version.replaceAll(".", "-")}`;
      const script = ["--import", require.resolve("tsx"), join(__dirname, "otherPulumi.ts")];
      const { stdout } = await run(process.execPath, [...script, found.directory, stackName, "both"], {
        cwd: root,
        env: { ...process.env, ...surroundings.engine.environment },
        timeout: 5 * minutes,
      });
      const { pulumi, named, changes } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
      assert.equal(pulumi, found.version);
      assert.match(named, /^arn:aws:lambda:/);
      assert.deepEqual(Object.keys(changes), ["same"]);
      const state = storedState(surroundings.engine, stackName);
      assert.deepEqual(state.match(/hush-\w+/g), null, "the state holds no secret as plain text");
    });
  }
});
