import pMap from "p-map";
import { layerName, tracingLayerName } from "../../layers/manifest";
import type { LayerStatement } from "../../provider/plan/layers/permissions";
import { layerAttributes, type PlannedLayer } from "../../provider/plan/layers/publication";
import { describeError } from "../aws/awsError";
import type { AwsClients } from "../aws/clients";
import { layerDigest, listLayerVersions, permitLayerVersion, publishLayerVersion } from "../aws/layers";
import { candidates, type PublishedVersion } from "../plan/layerVersions";

/** What came of one layer version. */
export interface Publication {
  layer: PlannedLayer;
  layerName: string;
  /** `there`: it had been published before. `planned`: with a dry run. */
  result: "published" | "there" | "planned" | "failed";
  arn?: string;
  version?: number;
  reason?: string;
}

/** How layers are published. */
export interface PublishOptions {
  namePrefix?: string;
  statements: readonly LayerStatement<string>[];
  dryRun: boolean;
  /** Called as each is done. */
  done(publication: Publication): void;
}

/** Layer versions that are published at the same time: uploads are what takes long. */
const concurrency = 16;

/** Publishes what is not there yet, region by region at the same time. A failure keeps none of the others from being done. */
export function publishLayers(
  clients: AwsClients,
  planned: readonly PlannedLayer[],
  options: PublishOptions,
): Promise<Publication[]> {
  return pMap(
    planned,
    async (layer) => {
      const publication = await publishOne(clients, layer, options);
      options.done(publication);
      return publication;
    },
    { concurrency },
  );
}

/** The name that a layer is published under. */
export function nameOf({ architecture }: Pick<PlannedLayer, "architecture">, namePrefix?: string): string {
  return architecture === undefined ? tracingLayerName(namePrefix) : layerName(architecture, namePrefix);
}

async function publishOne(
  clients: AwsClients,
  layer: PlannedLayer,
  { namePrefix, statements, dryRun }: PublishOptions,
): Promise<Publication> {
  const { region, path, sha256 } = layer;
  const name = nameOf(layer, namePrefix);
  const attributes = layerAttributes(layer, name);
  const found = { layer, layerName: name };
  try {
    const versions = await listLayerVersions(clients, region, name);
    for (const { arn, version } of candidates(versions, attributes.description)) {
      if ((await layerDigest(clients, region, arn)) !== sha256) continue;
      if (!dryRun) await permitLayerVersion(clients, { region, layerName: name, version }, statements);
      return { ...found, result: "there", arn, version };
    }
    if (dryRun) return { ...found, result: "planned" };
    const { arn, version } = await publishLayerVersion(clients, region, path, attributes);
    await permitLayerVersion(clients, { region, layerName: name, version }, statements);
    return { ...found, result: "published", arn, version };
  } catch (error) {
    return { ...found, result: "failed", reason: describeError(error) };
  }
}

/** Those that are there now, for the manifest. */
export function publishedVersions(publications: readonly Publication[]): PublishedVersion[] {
  return publications.flatMap(({ layer, layerName, arn, version }) =>
    arn === undefined || version === undefined ? [] : [{ layer, layerName, arn, version }],
  );
}
