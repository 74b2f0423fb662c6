import { existsSync } from "node:fs";
import { join } from "node:path";
import { hostArchitecture } from "../layers/compile";
import { packageRoot } from "../layers/location";
import { readVerifiedLayers } from "../layers/verifiedLayers";
import { defaultCacheDirectory, findIsolation } from "../sandbox";
import { awsSdkLayer } from "../sandbox/lambda/isolation/awsSdk";
import type { HostRuntimes } from "./project/plainFolder";
import { type Project, ProjectError } from "./project/project";
import type { LocalTelemetry } from "./run/definition";

/** Major versions of Node.js for which Lambda has runtimes. */
const nodeVersions = ["20", "22", "24"];

/** What all functions have in common, except the destination of their telemetry. */
export function localLayers({
  functions,
}: Pick<Project, "functions">): Pick<LocalTelemetry, "architecture" | "extensionLayer" | "sdkLayer"> {
  const architecture = hostArchitecture();
  const layer = readVerifiedLayers().layers[architecture];
  if (layer === undefined)
    throw new ProjectError(
      `the extension's layer was not built for this machine's architecture, ${architecture}: run \`npm run layers:build\``,
    );
  const sdkLayer = sdk(functions);
  return { architecture, extensionLayer: layer.path, ...(sdkLayer === undefined ? {} : { sdkLayer }) };
}

/** Where code and layers are unpacked. */
export function sandboxCache(): string {
  return defaultCacheDirectory();
}

/** Runtimes of this machine's own Node.js and Python, for functions that do not specify one. */
export async function hostRuntimes(): Promise<HostRuntimes> {
  const [major = ""] = process.versions.node.split(".");
  const { python } = await findIsolation();
  const [, version = "3.13"] = /python(3\.\d+)$/.exec(python) ?? [];
  return {
    node: `nodejs${nodeVersions.includes(major) ? major : "22"}.x`,
    python: `python${version}`,
  };
}

/** Lambda's Node.js runtimes include the AWS SDK: the packages that the project has, and in any case some clients. */
function sdk(functions: Project["functions"]): string | undefined {
  const own = functions.find(({ runtime, code }) => runtime.startsWith("nodejs") && existsSync(code));
  const root = packageRoot(__dirname);
  const sources = { root, ...(own && { project: own.code }) };
  const cache = join(sandboxCache(), "sdk");
  for (const source of [sources, { root }]) {
    try {
      return awsSdkLayer(source, cache);
    } catch {
      // A function that bundles the SDK does not need it.
    }
  }
  return undefined;
}
