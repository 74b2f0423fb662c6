import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { type ConfigMap, LocalWorkspace, type Stack } from "@pulumi/pulumi/automation";
import type { Engine } from "../../../sandbox/engine";
import { findCommand } from "../../../sandbox/engine/command";
import { withReadableErrors } from "../../../sandbox/engine/diagnostics";

const root = join(__dirname, "../../..");

/** A project with a program of a file of its own, which the engine runs in a process of its own. */
export interface Project {
  stackName: string;
  /** Absolute path of a module, TypeScript or JavaScript, whose function `program` is the program. */
  program: string;
  config?: ConfigMap;
  /** Variables that the program gets. */
  environment?: Record<string, string>;
}

/** Makes the stack of a project, as `pulumi stack init` in its folder does. */
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
  const path = `${await languageHost(home)}${delimiter}${engine.environment.PATH ?? process.env.PATH}`;
  const stack = await LocalWorkspace.createOrSelectStack(
    { stackName, workDir },
    {
      pulumiCommand: await findCommand(root),
      pulumiHome: home,
      envVars: { ...engine.environment, ...environment, PATH: path },
    },
  );
  await stack.setAllConfig(config);
  return withReadableErrors(stack);
}

/** Directory with the host by which the engine runs programs of Node.js. */
async function languageHost(home: string): Promise<string> {
  const directory = join(home, "language-host");
  await mkdir(directory, { recursive: true });
  const command = [process.execPath, "--import", require.resolve("tsx"), join(__dirname, "languageHost.ts")];
  const script = `#!/bin/sh\nexec ${command.map((word) => `'${word}'`).join(" ")} "$@"\n`;
  await writeFile(join(directory, "pulumi-language-nodejs"), script, { mode: 0o755 });
  return directory;
}
