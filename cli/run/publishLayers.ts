import pMap from "p-map";
import { layerName, tracingLayerName } from "../../layers/manifest";
import type { LayerStatement } from "../../provider/plan/layers/permissions";
import { layerAttributes, type PlannedLayer } from "../../provider/plan/layers/publication";
import { describeError } from "../aws/awsError";
import type { AwsClients } from "../aws/clients";
import { layerDigest, listLayerVersions, permitLayerVersion, publishLayerVersion } from "../aws/layers";
import { candidates, type PublishedVersion } from "../plan/layerVersions";

/** The result for one layer version. */
export interface Publication {
  layer: PlannedLayer;
  layerName: string;
  /** `there`: it was already published. `planned`: with a dry run. */
  result: "published" | "there" | "planned" | "failed";
  arn?: string;
  version?: number;
  reason?: string;
}

/** Options for publishing layers. */
export interface PublishOptions {
  namePrefix?: string;
  statements: readonly LayerStatement<string>[];
  dryRun: boolean;
  /** Called as each is done. */
  done(publication: Publication): void;
}

/** Layer versions that are published at the same time: uploads take the most time. */
const concurrency = 16;

/** Publishes what does not exist yet, regions concurrently. A failure does not affect the others. */
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

/** The name with which a layer is published. */
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

/** The versions that now exist, for the manifest. */
export function publishedVersions(publications: readonly Publication[]): PublishedVersion[] {
  return publications.flatMap(({ layer, layerName, arn, version }) =>
    arn === undefined || version === undefined ? [] : [{ layer, layerName, arn, version }],
  );
}
