import { readLayerManifest } from "../layers/manifest";
import { awaited } from "./awaited";
import { unpackedSize } from "./codeArchive";
import { isPlain } from "./functionEnvironment";
import type { ObservedFunctionArgs } from "./observedFunctionArgs";
import { checkUnpackedSize } from "./plan/packaging";
import type { Problem } from "./plan/problem";
import { defaultArchitecture } from "./plan/runtimes";

/** Problems of the function's code together with its layers, as far as their sizes can be told from here. */
export async function checkCode(args: ObservedFunctionArgs): Promise<Problem[]> {
  const code = await unpackedSize(await awaited(args.code));
  if (code === undefined) return [];
  const extension = extensionSize(args);
  const reason = checkUnpackedSize({ code, ...(extension === undefined ? {} : { extension }) });
  return reason === undefined ? [] : [{ propertyPath: "code", reason }];
}

/** Size of the extension's layer where it is published from the zips that lie here. */
function extensionSize({ extension, architectures }: ObservedFunctionArgs): number | undefined {
  if (extension === undefined || !isPlain(extension) || extension.layerVersionArns === undefined)
    return undefined;
  const [architecture = defaultArchitecture] = isPlain(architectures) ? architectures : [];
  if (architecture !== "x86_64" && architecture !== "arm64") return undefined;
  try {
    return readLayerManifest().layers[architecture]?.unzippedSize;
  } catch {
    return undefined;
  }
}
