import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { Role } from "@pulumi/aws/iam";
import { Function as LambdaFunction, LayerVersion } from "@pulumi/aws/lambda";
import * as clickstack from "../../../index";
import { CliStack } from "../secrets/cli";
import { inlineHost } from "../secrets/languageHosts";
import { region, trustPolicy, useSurroundings } from "../surroundings";
import { npmFolder } from "./setup/npmFolder";
import { plainCode } from "./setup/plainFunction";

const root = join(__dirname, "../../..");
const minutes = 60_000;
const pack = join(root, "examples/policy");

/** Folder with the npm packages of the example's policy pack, kept in .cache; undefined if npm cannot be reached. */
async function installedPolicy(): Promise<string | undefined> {
  const { dependencies } = require(join(pack, "package.json")) as { dependencies: Record<string, string> };
  const wanted = ["@pulumi/policy", "@pulumi/pulumi"].map(
    (name) => [name, dependencies[name] ?? ""] as const,
  );
  const folder = wanted.map((parts) => parts.join("@")).join("-");
  return npmFolder(join("policy", folder.replaceAll(/[^\w.]+/g, "-")), Object.fromEntries(wanted));
}

/** The plugin with which the engine starts Node.js policy packs; an engine built from source lacks it. */
const analyzer = `#!/bin/sh
exec node "$(node -p "require.resolve('@pulumi/pulumi/cmd/run-policy-pack')")" "$@"
`;

const code = plainCode();

/** An observed function, one that the policy excludes, and optionally one that is not observed. */
function program(forgets: boolean): void {
  const layer = new LayerVersion("extension", { layerName: "clickstack-extension-amd64", code });
  const extension = { layerVersionArn: layer.arn };
  const { arn: role } = new Role("role", { assumeRolePolicy: trustPolicy });
  const args = { runtime: "nodejs22.x", handler: "index.handler", code, role };
  new clickstack.ObservedFunction("orders", { ...args, extension });
  new LambdaFunction("health", { ...args, tags: { observe: "no" } });
  if (forgets) new LambdaFunction("forgotten", args);
}

describe("the policy pack of examples/policy", function () {
  this.timeout(10 * minutes);
  const surroundings = useSurroundings();

  it("fails a preview and an update with a function that is not observed, and passes others", async function () {
    const installed = await installedPolicy();
    if (installed === undefined) {
      console.log("      @pulumi/policy is neither in .cache nor available from npm's registry");
      return this.skip();
    }
    const { environment } = surroundings.engine;
    const home = environment.PULUMI_HOME ?? "";
    const directory = mkdtempSync(join(home, "policy-"));
    cpSync(pack, directory, { recursive: true });
    mkdirSync(join(directory, "node_modules"), { recursive: true });
    symlinkSync(join(installed, "node_modules/@pulumi"), join(directory, "node_modules/@pulumi"));
    symlinkSync(root, join(directory, "node_modules/clickstack-lambda"));
    const commands = mkdtempSync(join(home, "commands-"));
    writeFileSync(join(commands, "pulumi-analyzer-policy"), analyzer, { mode: 0o755 });
    const path = `${environment.PATH ?? process.env.PATH}${delimiter}${commands}`;
    const engine = { ...surroundings.engine, environment: { ...environment, PATH: path } };

    let forgets = true;
    const host = await inlineHost(async () => program(forgets));
    const stack = new CliStack(engine, "policed");
    const command = (...args: string[]) => stack.run([...args, `--client=${host.address}`]);
    try {
      await stack.run(["stack", "init", "--secrets-provider", stack.secretsProvider]);
      await stack.run(["config", "set", "--plaintext", "aws:region", region]);
      const preview = await command("preview", "--policy-pack", directory);
      assert.notEqual(preview.code, 0);
      assert.match(preview.stdout, /mandatory.*every-function-observed/);
      assert.match(preview.stdout, /function "forgotten" is not observed: it has no layer named/);
      assert.doesNotMatch(preview.stdout, /function "(orders|health)"/);
      const refused = await command("up", "--yes", "--policy-pack", directory);
      assert.notEqual(refused.code, 0);
      forgets = false;
      const passed = await command("up", "--yes", "--policy-pack", directory);
      assert.equal(passed.code, 0, passed.stdout + passed.stderr);
      assert.match(passed.stdout, /clickstack/);
      assert.equal((await command("destroy", "--yes")).code, 0);
    } finally {
      await host.stop();
    }
  });
});
