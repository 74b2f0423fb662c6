import type { PlannedLayer } from "../../provider/plan/layers/publication";

/** A layer version in Lambda's list. */
export interface StoredLayerVersion {
  region: string;
  layerName: string;
  arn: string;
  version: number;
  /** Contains the beginning of the zip's SHA-256. */
  description: string;
  /** ISO 8601. */
  created: string;
}

/** A layer version with its zip. */
export interface PublishedVersion {
  layer: PlannedLayer;
  layerName: string;
  arn: string;
  version: number;
}

/** The entries of a manifest, which `ExtensionLayers` also returns. */
interface ManifestEntry {
  region: string;
  architecture?: string;
  layerName: string;
  layerVersionArn: string;
  version: string;
  sha256: string;
  unzippedSize: number;
  tracing?: boolean;
}

/** `layers.json`. */
export interface LayersManifest {
  formatVersion: 1;
  layers: ManifestEntry[];
  tracingLayers?: ManifestEntry[];
}

/** Versions that may contain a zip, by their descriptions; the zip's digest decides. */
export function candidates(
  versions: readonly StoredLayerVersion[],
  description: string,
): readonly StoredLayerVersion[] {
  return versions.filter((one) => one.description === description);
}

/** The manifest with the new publications; entries of other regions and architectures are kept. */
export function mergedManifest(
  before: Partial<LayersManifest> | undefined,
  published: readonly PublishedVersion[],
): LayersManifest {
  const entries = published.map(entryOf);
  const key = ({ region, architecture }: ManifestEntry) => `${region} ${architecture}`;
  const merge = (old: readonly ManifestEntry[], now: readonly ManifestEntry[]) => {
    const all = new Map([...old, ...now].map((entry) => [key(entry), entry]));
    return [...all.values()].sort((a, b) => (key(a) < key(b) ? -1 : 1));
  };
  const ofTracing = merge(
    before?.tracingLayers ?? [],
    entries.filter(({ architecture }) => architecture === undefined),
  );
  return {
    formatVersion: 1,
    layers: merge(
      before?.layers ?? [],
      entries.filter(({ architecture }) => architecture !== undefined),
    ),
    ...(ofTracing.length > 0 && { tracingLayers: ofTracing }),
  };
}

function entryOf({ layer, layerName, arn, version }: PublishedVersion): ManifestEntry {
  const { region, architecture, sha256, unzippedSize, tracing } = layer;
  return {
    region,
    ...(architecture !== undefined && { architecture }),
    ...{ layerName, layerVersionArn: arn, version: String(version), sha256, unzippedSize },
    ...(tracing && { tracing: true }),
  };
}

/** The plan for old versions. */
export interface Pruning {
  remove: StoredLayerVersion[];
  /** Old ones that functions use. */
  used: StoredLayerVersion[];
}

/** The versions besides the newest ones of each layer and region, without those that a function uses. */
export function planPruning(
  versions: readonly StoredLayerVersion[],
  inUse: ReadonlySet<string>,
  keep: number,
): Pruning {
  const layers = new Map<string, StoredLayerVersion[]>();
  for (const one of versions) {
    const key = `${one.region} ${one.layerName}`;
    layers.set(key, [...(layers.get(key) ?? []), one]);
  }
  const old = [...layers.values()].flatMap((all) =>
    [...all].sort((a, b) => b.version - a.version).slice(keep),
  );
  return {
    remove: old.filter(({ arn }) => !inUse.has(arn)),
    used: old.filter(({ arn }) => inUse.has(arn)),
  };
}
