import { type Known, UNKNOWN } from "../known";
import type { Problem } from "../problem";

/** The maximum number of layers of a function. */
export const maximumLayers = 5;

/** ARNs of layer versions by region, then by architecture. */
export type LayerVersionArns<T = string> = Record<string, Record<string, T>>;

/** The output `manifest` of `ExtensionLayers`, as far as it is needed here. */
export interface PublishedLayersView<T = string> {
  formatVersion: number | T;
  layers: { region: T; architecture: T; layerVersionArn: T; tracing?: boolean | T }[] | T;
}

/** The source of the extension's layer: one of these. */
export interface LayerSource<T = string> {
  layerVersionArn?: T;
  layerVersionArns?: LayerVersionArns<T>;
  manifest?: PublishedLayersView<T>;
  /** Upstream layers of the Rotel extension. */
  rotel?: { version: number; suffix?: string };
}

/** The layer for a function, or why there is none. */
export type LayerChoice<T> = { layerVersionArn: T } | { problem: Problem };

/** Account that publishes the upstream layers of the Rotel extension (its README). */
const rotelAccount = "418653438961";

/** Chooses the extension's layer for a function in this region and of this architecture. */
export function chooseLayer<T>(
  source: LayerSource<T>,
  region: string,
  architecture: string,
): LayerChoice<T | string> {
  if (source.layerVersionArn !== undefined) return { layerVersionArn: source.layerVersionArn };
  if (source.rotel !== undefined) return chooseRotelLayer(source.rotel, region, architecture);
  if (source.manifest !== undefined) return chooseFromManifest(source.manifest, region, architecture);
  return chooseByRegion(source.layerVersionArns ?? {}, region, architecture, "extension.layerVersionArns");
}

/** Why this is not a manifest of published layers, or undefined if it is one. */
export function checkManifest(manifest: unknown): string | undefined {
  const { formatVersion, layers } = (manifest ?? {}) as Partial<PublishedLayersView<unknown>>;
  const complete =
    Array.isArray(layers) &&
    layers.every((layer) => layer?.region && layer.architecture && layer.layerVersionArn);
  if (formatVersion === 1 && complete) return undefined;
  return "is not a manifest of published layers in format 1: pass the output `manifest` of ExtensionLayers unchanged";
}

/** Whether the layer for a region and architecture contains no light tracing, according to a manifest. */
export function lacksTracing(
  { layers }: PublishedLayersView<unknown>,
  region: string,
  architecture: string,
): boolean {
  if (!Array.isArray(layers)) return false;
  const layer = layers.find((one) => one.region === region && one.architecture === architecture);
  return layer !== undefined && (layer.tracing ?? false) === false;
}

/** Problems of the user's own layers: there must be room for those that are added. */
export function checkLayers(layers: readonly Known<string>[], added: readonly string[]): Problem[] {
  const problems = layers.flatMap((arn, index): Problem[] =>
    arn === UNKNOWN || layerArnForm.test(arn)
      ? []
      : [{ propertyPath: `layers[${index}]`, reason: layerArnReason }],
  );
  if (layers.length + added.length > maximumLayers) {
    const more =
      added.length === 1 ? `${added[0]} would be one more` : `${added.join(" and ")} would be more`;
    const reason = `the function has ${layers.length} layers of its own and ${more}; Lambda allows ${maximumLayers}. Merge some of them into one`;
    problems.push({ propertyPath: "layers", reason });
  }
  return problems;
}

/** A layer of a function, and which argument names it. */
export interface NamedLayer {
  arn: string;
  propertyPath: string;
  /** A description, such as `the extension's layer`, for layers that are added; undefined for the user's own. */
  added?: string;
}

/**
 * Problems of a function's layers with each other: Lambda accepts one version of each layer, and only layers of the
 * function's own region. If one of the two layers is the user's own, that one is reported.
 * @param layers with the user's own first.
 * @param region the function's, if known. Otherwise layers are compared with those that are added.
 */
export function checkTogether(layers: readonly NamedLayer[], region: string | undefined): Problem[] {
  const expected = region ?? layers.flatMap(({ added, arn }) => (added && layerRegion(arn)) || [])[0];
  return layers.flatMap((layer, index): Problem[] => {
    const { arn, propertyPath } = layer;
    const there = layerRegion(arn);
    if (there === undefined) return [];
    if (expected !== undefined && there !== expected) {
      const where =
        region === undefined
          ? `the layers that are added are in ${expected}`
          : `the function is in ${region}`;
      return [
        {
          propertyPath,
          reason: `is in ${there}, but ${where}: Lambda accepts only layers of the function's region`,
        },
      ];
    }
    const other = layers.find((one, i) => (layer.added ? i < index : i !== index) && isSameLayer(one, layer));
    if (other === undefined || (layer.added && other.added === undefined)) return [];
    // Of two of the user's own, the later one is reported.
    if (other.added === undefined && layers.indexOf(other) > index) return [];
    return duplicate(layer, other);
  });
}

function isSameLayer(one: NamedLayer, other: NamedLayer): boolean {
  return withoutVersion(one.arn) === withoutVersion(other.arn);
}

function duplicate(layer: NamedLayer, other: NamedLayer): Problem[] {
  const { propertyPath } = layer;
  const same = layer.arn === other.arn;
  if (other.added !== undefined) {
    const what = same ? `is ${other.added}` : `is another version of ${other.added} (${other.arn})`;
    return [{ propertyPath, reason: `${what}, which is added automatically. Remove it` }];
  }
  if (same) return [];
  const reason = `is another version of the layer at ${other.propertyPath}: Lambda accepts one version of a layer. Remove one of them`;
  return [{ propertyPath, reason }];
}

function withoutVersion(arn: string): string {
  return arn.slice(0, arn.lastIndexOf(":"));
}

/** Why this is not the ARN of a layer version, or undefined if it is one. */
export function checkLayerArn(arn: string): string | undefined {
  return layerArnForm.test(arn) ? undefined : layerArnReason;
}

/** Region of a layer version; undefined if the text is not an ARN. */
export function layerRegion(arn: string): string | undefined {
  return layerArnForm.test(arn) ? arn.split(":")[3] : undefined;
}

const layerArnForm = /^arn:aws[a-z-]*:lambda:[a-z0-9-]+:\d{12}:layer:[A-Za-z0-9-_]+:\d+$/;
const layerArnReason =
  "is not the ARN of a layer version: write arn:aws:lambda:region:account:layer:name:version, with the version number";

function chooseByRegion<T>(
  byRegion: LayerVersionArns<T>,
  region: string,
  architecture: string,
  path: string,
): LayerChoice<T> {
  const byArchitecture = byRegion[region];
  if (byArchitecture === undefined) {
    const reason = `no layer is published in ${region}, where the function is; there are layers in ${list(byRegion)}. Add the region to ExtensionLayers`;
    return { problem: { propertyPath: path, reason } };
  }
  const layerVersionArn = byArchitecture[architecture];
  if (layerVersionArn === undefined) {
    const reason = `no layer for ${architecture}, the function's architecture; there are layers for ${list(byArchitecture)}. Add the architecture to ExtensionLayers`;
    const propertyPath = path.endsWith("Arns") ? `${path}["${region}"]` : path;
    return { problem: { propertyPath, reason } };
  }
  return { layerVersionArn };
}

function chooseFromManifest<T>(
  manifest: PublishedLayersView<T>,
  region: string,
  architecture: string,
): LayerChoice<T> {
  const reason = checkManifest(manifest);
  if (reason !== undefined) return { problem: { propertyPath: "extension.manifest", reason } };
  const byRegion: LayerVersionArns<T> = {};
  for (const layer of Array.isArray(manifest.layers) ? manifest.layers : []) {
    byRegion[String(layer.region)] = {
      ...byRegion[String(layer.region)],
      [String(layer.architecture)]: layer.layerVersionArn,
    };
  }
  return chooseByRegion(byRegion, region, architecture, "extension.manifest");
}

function chooseRotelLayer(
  { version, suffix = "" }: { version: number; suffix?: string },
  region: string,
  architecture: string,
): LayerChoice<string> {
  if (/^(cn|us-gov|us-iso|eu-iso|eusc)/.test(region)) {
    const reason = `Rotel publishes no layers in ${region}. Publish your own with ExtensionLayers`;
    return { problem: { propertyPath: "extension.rotel", reason } };
  }
  const name = `rotel-extension-${architecture === "arm64" ? "arm64" : "amd64"}${suffix}`;
  return { layerVersionArn: `arn:aws:lambda:${region}:${rotelAccount}:layer:${name}:${version}` };
}

function list(entries: Record<string, unknown>): string {
  const names = Object.keys(entries).sort();
  return names.length === 0 ? "none" : names.join(", ");
}
