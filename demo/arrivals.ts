import { CloudWatchLogsClient, DescribeLogStreamsCommand } from "@aws-sdk/client-cloudwatch-logs";
import type { EmbeddedAws } from "../sandbox/aws/embeddedAws";
import type { QuerySource } from "../sandbox/clickhouse";
import { readLogs, readSpans, type StoredLog, type StoredSpan } from "../sandbox/clickhouse/telemetry";
import { demoRegion } from "./deploy";

/** The number of a function's log streams in CloudWatch: 0 if its log group was never created. */
export async function cloudWatchStreams(aws: EmbeddedAws, functionName: string): Promise<number> {
  const client = new CloudWatchLogsClient({
    region: demoRegion,
    endpoint: aws.endpoint,
    credentials: aws.credentials,
  });
  try {
    const { logStreams } = await client.send(
      new DescribeLogStreamsCommand({ logGroupName: `/aws/lambda/${functionName}` }),
    );
    return logStreams?.length ?? 0;
  } catch (error) {
    if ((error as Error).name === "ResourceNotFoundException") return 0;
    throw error;
  } finally {
    client.destroy();
  }
}

/**
 * The telemetry of some services in ClickHouse: the rows of the functions' own log lines, and the spans of invocations.
 */
export async function storedTelemetry(
  clickhouse: QuerySource,
  services: readonly string[],
): Promise<{ logs: StoredLog[]; spans: StoredSpan[] }> {
  const [logs, spans] = await Promise.all([readLogs(clickhouse), readSpans(clickhouse)]);
  return {
    logs: logs.filter(
      ({ service, attributes }) => services.includes(service) && attributes.type === "function",
    ),
    spans: spans.filter(
      ({ service, kind, invocationId }) => services.includes(service) && kind === "Server" && invocationId,
    ),
  };
}
