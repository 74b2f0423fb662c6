import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";

/**
 * Puts launchers of both providers into a plugin directory, under the versions that the SDKs ask for, so that the
 * engine takes them without a warning: the embedded AWS's `aws`, and this checkout's own provider, run exactly as
 * Pulumi's Node.js language host runs it.
 */
export async function installPlugins(root: string, directory: string): Promise<void> {
  const aws = JSON.parse(await readFile(require.resolve("@pulumi/aws/package.json"), "utf8"));
  const own = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const runPlugin = require.resolve("@pulumi/pulumi/cmd/run-plugin");
  await install(directory, "aws", aws.version, [
    ...[process.execPath, "--import", require.resolve("tsx")],
    join(root, "sandbox/aws/plugin/main.ts"),
  ]);
  await install(directory, own.name, own.version, [process.execPath, runPlugin, root]);
}

async function install(directory: string, name: string, version: string, command: string[]): Promise<void> {
  const folder = join(directory, `resource-${name}-v${version}`);
  await mkdir(folder, { recursive: true });
  const script = `#!/bin/sh\nexec ${command.map(quoted).join(" ")} "$@"\n`;
  await writeFile(join(folder, `pulumi-resource-${name}`), script, { mode: 0o755 });
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
