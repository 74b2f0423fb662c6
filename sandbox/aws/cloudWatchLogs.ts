import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  CreateLogStreamCommand,
  PutLogEventsCommand,
} from "@aws-sdk/client-cloudwatch-logs";
import type { LogLine, LogSink, LogStream } from "../lambda/logs/sink";
import { type AwsAccess, clientOf } from "./access";
import { isAllowed } from "./policy";
import { rolePolicies } from "./rolePolicies";

/** PutLogEvents' own limits: bytes of a batch, with this much counted on top of each event, and events in it. */
const maxBatchBytes = 1_048_576;
const bytesPerEvent = 26;
const maxBatchEvents = 10_000;

/**
 * Delivers functions' logs to CloudWatch Logs as Lambda does: into the group `/aws/lambda/<function>`, one stream per
 * execution environment, with the execution role's permissions. Without sufficient permissions nothing is logged, and
 * no error is reported.
 *
 * @param aws where the logs go; an `EmbeddedAws` is one
 * @param region the functions' region
 */
export function cloudWatchLogSink(aws: AwsAccess, { region }: { region: string }): LogSink {
  return {
    async open({ functionName, logStream, role }) {
      if (!role) return undefined;
      const policies = await rolePolicies(aws, role);
      const group = `/aws/lambda/${functionName}`;
      const groupArn = `arn:aws:logs:${region}:${role.split(":")[4]}:log-group:${group}`;
      const may = (action: string, resource: string) =>
        isAllowed(policies, { action: `logs:${action}`, resource });
      const streamArn = `${groupArn}:log-stream:${logStream}`;
      if (!may("CreateLogStream", streamArn) || !may("PutLogEvents", streamArn)) return undefined;
      const client = new CloudWatchLogsClient(clientOf(aws, region));
      const mayCreateGroup = may("CreateLogGroup", `${groupArn}:log-stream:`);
      if (await createStream(client, group, logStream, mayCreateGroup))
        return streamOf(client, group, logStream);
      client.destroy();
      return undefined;
    },
  };
}

/** False if the group is missing and the role is not allowed to create it. */
async function createStream(
  client: CloudWatchLogsClient,
  logGroupName: string,
  logStreamName: string,
  mayCreateGroup: boolean,
): Promise<boolean> {
  const create = () => client.send(new CreateLogStreamCommand({ logGroupName, logStreamName }));
  try {
    await create();
  } catch (error) {
    if (!isNamed(error, "ResourceNotFoundException")) throw error;
    if (!mayCreateGroup) return false;
    await client.send(new CreateLogGroupCommand({ logGroupName })).catch((raced: unknown) => {
      // Another environment of the function created it first.
      if (!isNamed(raced, "ResourceAlreadyExistsException")) throw raced;
    });
    await create();
  }
  return true;
}

function isNamed(error: unknown, name: string): boolean {
  return error instanceof Error && error.name === name;
}

function streamOf(client: CloudWatchLogsClient, logGroupName: string, logStreamName: string): LogStream {
  let written: Promise<unknown> = Promise.resolve();
  const put = async (lines: readonly LogLine[]) => {
    for (const logEvents of batches(lines)) {
      await client.send(new PutLogEventsCommand({ logGroupName, logStreamName, logEvents }));
    }
  };
  return {
    write(lines: LogLine[]): Promise<void> {
      // One after another, so that the stream keeps the lines' order.
      const result = written.then(() => put(lines));
      written = result.catch(() => undefined);
      return result;
    },
    async close(): Promise<void> {
      await written;
      client.destroy();
    },
  };
}

/** Splits lines, sorted by time, into batches that PutLogEvents accepts. It does not accept empty lines. */
export function batches(lines: readonly LogLine[]): LogLine[][] {
  const sorted = lines.filter(({ message }) => message !== "").sort((a, b) => a.timestamp - b.timestamp);
  const cut: LogLine[][] = [];
  let bytes = 0;
  for (const line of sorted) {
    const size = Buffer.byteLength(line.message) + bytesPerEvent;
    const batch = cut.at(-1);
    if (batch && bytes + size <= maxBatchBytes && batch.length < maxBatchEvents) {
      batch.push(line);
      bytes += size;
    } else {
      cut.push([line]);
      bytes = size;
    }
  }
  return cut;
}
