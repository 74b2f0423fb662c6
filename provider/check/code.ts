import { readBuildManifest } from "../../layers/manifest";
import type { ObservedFunctionArgs } from "../args/observedFunction";
import { defaultArchitecture } from "../plan/aws/runtimes";
import { checkUnpackedSize } from "../plan/checks/packaging";
import type { Problem } from "../plan/problem";
import { awaited } from "../pulumi/inputs";
import { unpackedSize } from "./codeArchive";
import { readManifestFile } from "./manifestFile";

/** Problems of the function's code together with its layers, as far as their sizes are known here. */
export async function checkCode(args: ObservedFunctionArgs): Promise<Problem[]> {
  const code = await unpackedSize(await awaited(args.code));
  if (code === undefined) return [];
  const extension = await extensionSize(args);
  const reason = checkUnpackedSize({ code, ...(extension === undefined ? {} : { extension }) });
  return reason === undefined ? [] : [{ propertyPath: "code", reason }];
}

/** Size of the extension's layer: from a manifest, or from the local zip. */
async function extensionSize({
  extension,
  architectures,
}: ObservedFunctionArgs): Promise<number | undefined> {
  const source = await awaited(extension);
  if (source === undefined || source === null) return undefined;
  const [architecture = defaultArchitecture] = (await awaited(architectures)) ?? [];
  const path = await awaited(source.manifestFile);
  const manifest = path === undefined ? await awaited(source.manifest) : manifestIn(path);
  if (manifest !== undefined)
    return publishedSize(await awaited(manifest.layers), String(await awaited(architecture)));
  if (source.layerVersionArns === undefined || (architecture !== "x86_64" && architecture !== "arm64"))
    return undefined;
  try {
    return readBuildManifest().layers[architecture]?.unzippedSize;
  } catch {
    return undefined;
  }
}

function manifestIn(path: string) {
  const read = readManifestFile(path);
  return "manifest" in read ? read.manifest : undefined;
}

/** All layers of an architecture have the same zip. */
function publishedSize(layers: unknown, architecture: string): number | undefined {
  if (!Array.isArray(layers)) return undefined;
  const layer = layers.find((one) => one?.architecture === architecture);
  return typeof layer?.unzippedSize === "number" ? layer.unzippedSize : undefined;
}
