import type { ExtensionView, FunctionView } from "../arguments/view";
import { checkArchitecture, defaultArchitecture } from "../aws/runtimes";
import { holdsUnknown, isKnown, type Known, knownValue, UNKNOWN } from "../known";
import {
  checkLayerArn,
  checkManifest,
  chooseLayer,
  type LayerSource,
  type PublishedLayersView,
} from "../layers/choice";
import { type Problem, problem } from "../problem";

const sources: readonly (keyof ExtensionView)[] = [
  "layerVersionArn",
  "layerVersionArns",
  "manifest",
  "manifestFile",
  "rotel",
];

/** Problems of the source of the extension's layer. */
export function checkExtension(view: FunctionView): Problem[] {
  if (view.packageType === "Image") {
    const reason =
      "functions from container images cannot have layers. Copy the extension into /opt/extensions of the image, as examples/container-image shows, and leave `extension` out";
    return problem("extension", view.extension === undefined ? undefined : reason);
  }
  if (view.extension === UNKNOWN || view.packageType === UNKNOWN) return [];
  const extension = view.extension ?? {};
  const given = sources.filter((source) => extension[source] !== undefined);
  if (given.length !== 1) {
    const reason =
      given.length === 0
        ? "specify the extension's layer by layerVersionArn, layerVersionArns or manifest (outputs of ExtensionLayers), manifestFile, or rotel"
        : `must have one of: ${given.join(", ")}. Remove the others`;
    return [{ propertyPath: "extension", reason }];
  }
  const explicit = knownValue(extension.layerVersionArn);
  return [
    ...problem("extension.layerVersionArn", explicit && checkLayerArn(explicit)),
    ...checkRotel(extension.rotel),
    ...checkChoice(extension, view),
  ];
}

/** The function's architecture, or undefined if it is not known or not valid. */
export function architectureOf({ architectures }: FunctionView): string | undefined {
  if (architectures === undefined) return defaultArchitecture;
  if (architectures === UNKNOWN) return undefined;
  const [architecture = defaultArchitecture] = architectures;
  return isKnown(architecture) && checkArchitecture(architecture) === undefined ? architecture : undefined;
}

/** Whether the layer is chosen by the function's region. */
export function isChosenByRegion({ extension }: FunctionView): boolean {
  if (!isKnown(extension)) return false;
  return [extension.layerVersionArns, extension.manifest, extension.manifestFile].some(isKnown);
}

/** ARN of the extension's layer, if known. */
export function extensionLayerArn(view: FunctionView): string | undefined {
  const { extension } = view;
  if (!isKnown(extension)) return undefined;
  if (extension.layerVersionArn !== undefined) return knownValue(extension.layerVersionArn);
  const [region, architecture] = [knownValue(view.region), architectureOf(view)];
  if (region === undefined || architecture === undefined || holdsUnknown(extension.rotel)) return undefined;
  const { layerVersionArns, manifest, rotel } = extension;
  if (![layerVersionArns, manifest, rotel].some(isKnown)) return undefined;
  if (isKnown(manifest) && holdsUnknown(manifest)) return undefined;
  if (isKnown(layerVersionArns) && layerVersionArns[region] === UNKNOWN) return undefined;
  const choice = chooseLayer(extension as LayerSource<Known<string>>, region, architecture);
  return "problem" in choice ? undefined : knownValue(choice.layerVersionArn);
}

function checkRotel(rotel: ExtensionView["rotel"]): Problem[] {
  if (!isKnown(rotel)) return [];
  const version = rotel.version;
  const suffix = knownValue(rotel.suffix);
  return [
    ...problem(
      "extension.rotel.version",
      version !== UNKNOWN && !(Number.isInteger(version) && Number(version) > 0)
        ? "must be the number of a layer version, such as 12"
        : undefined,
    ),
    ...problem(
      "extension.rotel.suffix",
      suffix === undefined || /^(-[A-Za-z0-9-_]+)?$/.test(suffix)
        ? undefined
        : "must be the suffix of a layer's name with its dash, such as -alpha",
    ),
  ];
}

/** Whether there is a layer for the function, as far as region, architecture and layers are known. */
function checkChoice(extension: ExtensionView, view: FunctionView): Problem[] {
  const { layerVersionArns, manifest, rotel } = extension;
  const region = knownValue(view.region);
  if (isKnown(manifest) && !holdsUnknown(manifest)) {
    const reason = checkManifest(manifest);
    if (reason !== undefined) return [{ propertyPath: "extension.manifest", reason }];
  }
  const architecture = architectureOf(view);
  if (region === undefined || architecture === undefined) return [];
  const known = [layerVersionArns, manifest, rotel].some(isKnown);
  if (!known || (isKnown(manifest) && holdsUnknownPlace(manifest))) return [];
  if (isKnown(layerVersionArns) && layerVersionArns[region] === UNKNOWN) return [];
  const choice = chooseLayer(extension as LayerSource<Known<string>>, region, architecture);
  return "problem" in choice ? [choice.problem] : [];
}

/** Whether it is not known yet for which regions and architectures there are layers; their ARNs are irrelevant. */
function holdsUnknownPlace(manifest: unknown): boolean {
  const { layers } = manifest as PublishedLayersView<Known<string>>;
  if (!Array.isArray(layers)) return true;
  return layers.some(({ region, architecture }) => region === UNKNOWN || architecture === UNKNOWN);
}
