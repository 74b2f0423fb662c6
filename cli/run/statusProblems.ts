import pMap from "p-map";
import { describeError } from "../aws/awsError";
import type { AwsClients } from "../aws/clients";
import { extensionLines, filterRequestsPerSecond } from "../aws/extensionLines";
import { invocations } from "../aws/metrics";
import { Pace } from "../aws/pace";
import type { RowReader } from "../clickhouse/connection";
import { readStoredDay } from "../clickhouse/lastDay";
import { problemsOf } from "../plan/problems";
import { hasRecord } from "../plan/record";
import { extensionLayerOf } from "../plan/status";
import type { StatedFunction } from "./statusDetails";

const dayMs = 86_400_000;

/** Adds problems with the telemetry of observed functions in the last day. */
export async function withProblems(
  clients: AwsClients,
  all: readonly StatedFunction[],
  now: number,
  reader?: RowReader,
): Promise<StatedFunction[]> {
  const since = now - dayMs;
  const isObserved = ({ of }: StatedFunction) => extensionLayerOf(of) !== undefined || hasRecord(of);
  const observed = all.filter(isObserved);
  const regions = [...new Set(observed.map(({ of }) => of.region))];
  const stored = reader && (await readStoredDay(reader, since));
  const paces = new Map(regions.map((region) => [region, new Pace(filterRequestsPerSecond)]));
  const invoked = new Map(
    await pMap(regions, async (region): Promise<[string, Map<string, number>]> => {
      const names = observed.filter(({ of }) => of.region === region).map(({ of }) => of.name);
      return [region, stored === undefined ? new Map() : await invocations(clients, region, names, now)];
    }),
  );
  return pMap(
    all,
    async (one): Promise<StatedFunction> => {
      const { of, status } = one;
      const pace = paces.get(of.region);
      if (!isObserved(one) || pace === undefined) return one;
      const key = `${of.region} ${of.name}`;
      try {
        const problems = problemsOf({
          messages: await extensionLines(clients, of, since, pace),
          ...(stored && {
            invocations: invoked.get(of.region)?.get(of.name) ?? 0,
            hasRows: stored.seen.has(key),
            losses: stored.losses.get(key) ?? [],
          }),
        });
        return { of, status: { ...status, problems } };
      } catch (error) {
        const text = `its log group cannot be read: ${describeError(error)}`;
        return { of, status: { ...status, problems: [{ text, count: 1 }] } };
      }
    },
    { concurrency: 20 },
  );
}
