import { costDays } from "../plan/cost";
import type { AwsClients } from "./clients";

/** Maximum number of queries in one request (CloudWatch API reference, GetMetricData). */
const perRequest = 500;

const dayMs = 86_400_000;

/** A metric with a separate sum for each value of a dimension. */
interface SummedMetric {
  namespace: string;
  metric: string;
  dimension: string;
  /** How far back, in days. */
  days: number;
}

/** Bytes that CloudWatch Logs ingested for log groups in the last days, by the groups' names. */
export function incomingBytes(
  clients: AwsClients,
  region: string,
  logGroups: readonly string[],
  now: number,
): Promise<Map<string, number>> {
  const metric = {
    namespace: "AWS/Logs",
    metric: "IncomingBytes",
    dimension: "LogGroupName",
    days: costDays,
  };
  return sums(clients, region, metric, logGroups, now);
}

/** Invocations of functions in the last day, by the functions' names. */
export function invocations(
  clients: AwsClients,
  region: string,
  names: readonly string[],
  now: number,
): Promise<Map<string, number>> {
  const metric = { namespace: "AWS/Lambda", metric: "Invocations", dimension: "FunctionName", days: 1 };
  return sums(clients, region, metric, names, now);
}

async function sums(
  clients: AwsClients,
  region: string,
  { namespace: Namespace, metric: MetricName, dimension: Name, days }: SummedMetric,
  values: readonly string[],
  now: number,
): Promise<Map<string, number>> {
  const { GetMetricDataCommand } = await import("@aws-sdk/client-cloudwatch");
  const client = await clients.cloudWatch(region);
  const found = new Map<string, number>();
  for (let start = 0; start < values.length; start += perRequest) {
    const part = values.slice(start, start + perRequest);
    const { MetricDataResults = [] } = await client.send(
      new GetMetricDataCommand({
        StartTime: new Date(now - days * dayMs),
        EndTime: new Date(now),
        MetricDataQueries: part.map((Value, index) => ({
          Id: `m${index}`,
          MetricStat: {
            Metric: { Namespace, MetricName, Dimensions: [{ Name, Value }] },
            ...{ Period: 86_400, Stat: "Sum" },
          },
        })),
      }),
    );
    for (const { Id = "", Values = [] } of MetricDataResults) {
      const value = part[Number(Id.slice(1))] ?? "";
      found.set(value, (found.get(value) ?? 0) + Values.reduce((sum, one) => sum + one, 0));
    }
  }
  return found;
}
