import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { launcherScript } from "../aws/plugin/base/context";
import { awsPluginPorts } from "./awsPlugin";

/**
 * Puts launchers of both providers into a plugin directory, under the versions that the SDKs ask for, so that the
 * engine takes them without a warning: the embedded AWS's `aws`, and this checkout's own provider, run exactly as
 * Pulumi's Node.js language host runs it.
 */
export async function installPlugins(root: string, directory: string): Promise<void> {
  const aws = JSON.parse(await readFile(require.resolve("@pulumi/aws/package.json"), "utf8"));
  const own = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const awsFolder = join(directory, `resource-aws-v${aws.version}`);
  await writeLauncher(awsFolder, "aws", launcherScript((await awsPluginPorts(root)).provider));
  await writeOwnLauncher(root, join(directory, `resource-${own.name}-v${own.version}`));
}

/**
 * Puts a launcher of a checkout's own provider into a folder. In the checkout itself it stands in for Pulumi's host for
 * Node.js, which an engine that was built from source may be without, or have in an older version.
 */
export async function writeOwnLauncher(checkout: string, folder = checkout): Promise<void> {
  const runPlugin = [process.execPath, require.resolve("@pulumi/pulumi/cmd/run-plugin"), checkout];
  const command = runPlugin.map(quoted).join(" ");
  await writeLauncher(folder, "clickstack-lambda", `#!/bin/sh\nexec ${command} "$@"\n`);
}

async function writeLauncher(folder: string, name: string, script: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `pulumi-resource-${name}`), script, { mode: 0o755 });
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
