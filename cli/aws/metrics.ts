import { costDays } from "../plan/cost";
import type { AwsClients } from "./clients";

/** Queries that one request takes (CloudWatch API reference, GetMetricData). */
const perRequest = 500;

/** Bytes that CloudWatch Logs took in of log groups in the last days, by the groups' names. */
export async function incomingBytes(
  clients: AwsClients,
  region: string,
  logGroups: readonly string[],
  now: number,
): Promise<Map<string, number>> {
  const { GetMetricDataCommand } = await import("@aws-sdk/client-cloudwatch");
  const client = await clients.cloudWatch(region);
  const bytes = new Map<string, number>();
  for (let start = 0; start < logGroups.length; start += perRequest) {
    const groups = logGroups.slice(start, start + perRequest);
    const { MetricDataResults = [] } = await client.send(
      new GetMetricDataCommand({
        StartTime: new Date(now - costDays * 86_400_000),
        EndTime: new Date(now),
        MetricDataQueries: groups.map((Value, index) => ({
          Id: `g${index}`,
          MetricStat: {
            Metric: {
              ...{ Namespace: "AWS/Logs", MetricName: "IncomingBytes" },
              Dimensions: [{ Name: "LogGroupName", Value }],
            },
            ...{ Period: 86_400, Stat: "Sum" },
          },
        })),
      }),
    );
    for (const { Id = "", Values = [] } of MetricDataResults) {
      const group = groups[Number(Id.slice(1))] ?? "";
      bytes.set(group, (bytes.get(group) ?? 0) + Values.reduce((sum, one) => sum + one, 0));
    }
  }
  return bytes;
}
