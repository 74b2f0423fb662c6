import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { launcherScript } from "../aws/plugin/base/context";
import { awsPluginPort } from "./awsPlugin";

/**
 * Puts launchers of both providers into a plugin directory, under the versions that the SDKs ask for, so that the
 * engine takes them without a warning: the embedded AWS's `aws`, and this checkout's own provider, run exactly as
 * Pulumi's Node.js language host runs it.
 */
export async function installPlugins(root: string, directory: string): Promise<void> {
  const aws = JSON.parse(await readFile(require.resolve("@pulumi/aws/package.json"), "utf8"));
  const own = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const runPlugin = [process.execPath, require.resolve("@pulumi/pulumi/cmd/run-plugin"), root];
  await install(directory, "aws", aws.version, launcherScript(await awsPluginPort(root)));
  const command = runPlugin.map(quoted).join(" ");
  await install(directory, own.name, own.version, `#!/bin/sh\nexec ${command} "$@"\n`);
}

async function install(directory: string, name: string, version: string, script: string): Promise<void> {
  const folder = join(directory, `resource-${name}-v${version}`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `pulumi-resource-${name}`), script, { mode: 0o755 });
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
