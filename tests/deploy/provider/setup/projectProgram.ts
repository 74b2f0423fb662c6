import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { delimiter, isAbsolute, join } from "node:path";
import { type ConfigMap, LocalWorkspace, PulumiCommand, type Stack } from "@pulumi/pulumi/automation";
import { type Engine, secretsProviderVariable } from "../../../../sandbox/engine";
import { findCommand } from "../../../../sandbox/engine/command";
import { withReadableErrors } from "../../../../sandbox/engine/diagnostics";

const checkout = join(__dirname, "../../../..");

/** A project whose program is in a separate file, which the engine runs in a separate process. */
export interface Project {
  stackName: string;
  /** Absolute path of a module, TypeScript or JavaScript, whose function `program` is the program. */
  program: string;
  config?: ConfigMap;
  /** The program's environment variables. */
  environment?: Record<string, string>;
}

/** Creates the stack of a project, as `pulumi stack init` in its folder does. */
export async function projectStack(engine: Engine, project: Project): Promise<Stack> {
  const { stackName, program, config = {}, environment = {} } = project;
  const home = engine.environment.PULUMI_HOME ?? "";
  const workDir = await mkdtemp(join(home, "project-"));
  await writeFile(join(workDir, "Pulumi.yaml"), "name: project\nruntime: nodejs\n");
  await writeFile(join(workDir, "package.json"), JSON.stringify({ name: "project", main: "index.js" }));
  await writeFile(
    join(workDir, "index.js"),
    `module.exports = require(${JSON.stringify(program)}).program;\n`,
  );
  const stack = await LocalWorkspace.createOrSelectStack(
    { stackName, workDir },
    {
      pulumiCommand: await commandWithHost(home),
      pulumiHome: home,
      secretsProvider: engine.environment[secretsProviderVariable],
      envVars: { ...engine.environment, ...environment },
    },
  );
  await stack.setAllConfig(config);
  return withReadableErrors(stack);
}

/**
 * The engine in a folder with this project's host for Node.js, which takes precedence over one beside the engine: that may
 * be from a release whose resource monitor has no transforms (tools/languageHost).
 */
async function commandWithHost(home: string): Promise<PulumiCommand> {
  const root = join(home, "with-host");
  const bin = join(root, "bin");
  const { command } = await findCommand(checkout);
  await mkdir(bin, { recursive: true });
  await rm(join(bin, "pulumi"), { force: true });
  await symlink(isAbsolute(command) ? command : onPath(command), join(bin, "pulumi"));
  // Without tsx's hooks for ES modules, which take a third of the start.
  const host = [
    process.execPath,
    "--require",
    require.resolve("tsx/cjs"),
    join(__dirname, "languageHost.ts"),
  ];
  const script = `#!/bin/sh\nexec ${host.map((word) => `'${word}'`).join(" ")} "$@"\n`;
  await writeFile(join(bin, "pulumi-language-nodejs"), script, { mode: 0o755 });
  return PulumiCommand.get({ root });
}

function onPath(command: string): string {
  const folder = (process.env.PATH ?? "").split(delimiter).find((path) => existsSync(join(path, command)));
  return join(folder ?? "", command);
}
