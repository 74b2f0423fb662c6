import { type Known, UNKNOWN } from "./known";
import type { Problem } from "./problem";

/** Lambda's limit of layers a function can have. */
export const maximumLayers = 5;

/** ARNs of layer versions by region, then by architecture. */
export type LayerVersionArns<T = string> = Record<string, Record<string, T>>;

/** Where the extension's layer comes from: one of the two. */
export interface LayerSource<T = string> {
  layerVersionArn?: T;
  layerVersionArns?: LayerVersionArns<T>;
}

/** The layer for a function, or why there is none. */
export type LayerChoice<T> = { layerVersionArn: T } | { problem: Problem };

/** Chooses the extension's layer for a function in this region and of this architecture. */
export function chooseLayer<T>(source: LayerSource<T>, region: string, architecture: string): LayerChoice<T> {
  if (source.layerVersionArn !== undefined) return { layerVersionArn: source.layerVersionArn };
  const byRegion = source.layerVersionArns ?? {};
  const byArchitecture = byRegion[region];
  if (byArchitecture === undefined) {
    const reason = `no layer is published in ${region}, where the function is; there are layers in ${list(byRegion)}. Add the region to ExtensionLayers`;
    return { problem: { propertyPath: "extension.layerVersionArns", reason } };
  }
  const layerVersionArn = byArchitecture[architecture];
  if (layerVersionArn === undefined) {
    const reason = `no layer for ${architecture}, the function's architecture; there are layers for ${list(byArchitecture)}. Add the architecture to ExtensionLayers`;
    return { problem: { propertyPath: `extension.layerVersionArns["${region}"]`, reason } };
  }
  return { layerVersionArn };
}

/** Problems of the user's own layers: there must be room for the extension's. */
export function checkLayers(layers: readonly Known<string>[]): Problem[] {
  const problems = layers.flatMap((arn, index): Problem[] =>
    arn === UNKNOWN || layerArnForm.test(arn)
      ? []
      : [{ propertyPath: `layers[${index}]`, reason: layerArnReason }],
  );
  if (layers.length >= maximumLayers) {
    const reason = `the function has ${layers.length} layers of its own and the extension's would be one more; Lambda allows ${maximumLayers}. Merge some of them into one`;
    problems.push({ propertyPath: "layers", reason });
  }
  return problems;
}

/** Why this is not the ARN of a layer version, or undefined when it is one. */
export function checkLayerArn(arn: string): string | undefined {
  return layerArnForm.test(arn) ? undefined : layerArnReason;
}

const layerArnForm = /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:layer:[A-Za-z0-9-_]+:\d+$/;
const layerArnReason =
  "is not the ARN of a layer version: write arn:aws:lambda:region:account:layer:name:version, with the version number";

function list(entries: Record<string, unknown>): string {
  const names = Object.keys(entries).sort();
  return names.length === 0 ? "none" : names.join(", ");
}
