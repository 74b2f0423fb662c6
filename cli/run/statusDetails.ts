import pMap from "p-map";
import { describeError } from "../aws/awsError";
import type { AwsClients } from "../aws/clients";
import { listLayerVersions } from "../aws/layers";
import { incomingBytes } from "../aws/metrics";
import { readIngestionPrices } from "../aws/prices";
import { deniesLogs } from "../plan/access";
import { costOf, type KnownPrices } from "../plan/cost";
import type { FunctionState } from "../plan/functionState";
import { extensionLayerOf, type FunctionStatus } from "../plan/status";
import type { ControlPlane } from "./controlPlane";

/** A function with its status. */
export interface StatedFunction {
  of: FunctionState;
  status: FunctionStatus;
}

/** Adds the newest version of each layer, and whether CloudWatch Logs are denied. */
export async function withDetails(
  clients: AwsClients,
  plane: Pick<ControlPlane, "policies">,
  all: readonly StatedFunction[],
): Promise<StatedFunction[]> {
  const newest = new Map<string, Promise<number | undefined>>();
  const newestOf = ({ region, arn: ofFunction }: FunctionState, arn: string) => {
    const layer = arn.split(":").slice(0, -1).join(":");
    const isOwn = layer.split(":")[4] === ofFunction.split(":")[4];
    const read =
      newest.get(layer) ??
      listLayerVersions(clients, region, isOwn ? (layer.split(":").at(-1) ?? layer) : layer).then(
        ([first]) => first?.version,
        // Layers of other accounts may be used without being listable.
        () => undefined,
      );
    newest.set(layer, read);
    return read;
  };
  const one = async ({ of, status }: StatedFunction): Promise<StatedFunction> => {
    const arn = extensionLayerOf(of);
    const version = arn === undefined ? undefined : await newestOf(of, arn);
    const isOld = version !== undefined && Number(arn?.split(":").at(-1)) < version;
    const logs = await plane.policies(of).then(
      (policies) => (deniesLogs(policies, of) ? ("off" as const) : ("on" as const)),
      (error) => describeError(error),
    );
    const advice =
      status.advice ?? (isOld ? `version ${version} of the layer is there: run instrument again` : undefined);
    return {
      of,
      status: { ...status, cloudWatch: logs, ...(version && { newest: version }), ...(advice && { advice }) },
    };
  };
  return pMap(all, one, { concurrency: 20 });
}

/** Adds what CloudWatch Logs ingested, and what that costs. */
export async function withCost(
  clients: AwsClients,
  all: readonly StatedFunction[],
  now: number,
  prices: KnownPrices,
): Promise<StatedFunction[]> {
  const regions = [...new Set(all.map(({ of }) => of.region))];
  const bytes = new Map(
    await pMap(regions, async (region): Promise<[string, Map<string, number>]> => {
      const groups = all.filter(({ of }) => of.region === region).map(({ of }) => of.logGroup);
      return [region, await incomingBytes(clients, region, [...new Set(groups)], now)];
    }),
  );
  return all.map(({ of, status }) => {
    const cost = costOf(bytes.get(of.region)?.get(of.logGroup) ?? 0, of.region, prices);
    return { of, status: { ...status, cost } };
  });
}

/** AWS's list prices in these regions; none where they cannot be read. */
export async function listedPrices(clients: AwsClients, regions: readonly string[]): Promise<KnownPrices> {
  try {
    return { listed: await readIngestionPrices(clients, regions) };
  } catch {
    // The assumptions tell that prices are estimates.
    return {};
  }
}
