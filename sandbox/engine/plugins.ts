import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { launcherScript } from "../aws/plugin/base/context";
import { awsPluginPorts } from "./awsPlugin";

/**
 * Puts launchers of both providers into a plugin directory, under the versions that the SDKs request, so that the
 * engine uses them without a warning: the embedded AWS's `aws`, and this checkout's own provider.
 */
export async function installPlugins(root: string, directory: string): Promise<void> {
  const aws = JSON.parse(await readFile(require.resolve("@pulumi/aws/package.json"), "utf8"));
  const own = JSON.parse(await readFile(join(root, "package.json"), "utf8"));
  const awsFolder = join(directory, `resource-aws-v${aws.version}`);
  await writeLauncher(awsFolder, "aws", launcherScript((await awsPluginPorts(root)).provider));
  const ownFolder = join(directory, `resource-${own.name}-v${own.version}`);
  await writeLauncher(ownFolder, own.name, ownScript(join(__dirname, "ownProvider.mjs"), root));
}

/**
 * Puts a launcher of its own provider into a checkout, which runs it exactly as Pulumi's host for Node.js does: for an
 * engine that was built from source, which may lack that host or have an older version of it.
 */
export async function writeOwnLauncher(checkout: string): Promise<void> {
  const script = ownScript(require.resolve("@pulumi/pulumi/cmd/run-plugin"), checkout);
  await writeLauncher(checkout, "clickstack-lambda", script);
}

function ownScript(program: string, checkout: string): string {
  return `#!/bin/sh\nexec ${[process.execPath, program, checkout].map(quoted).join(" ")} "$@"\n`;
}

async function writeLauncher(folder: string, name: string, script: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, `pulumi-resource-${name}`), script, { mode: 0o755 });
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
