import { awsErrorName } from "./awsError";
import type { AwsClients } from "./clients";
import type { Pace } from "./pace";

/**
 * In some regions FilterLogEvents allows five requests per second for an account (AWS Knowledge Center, CloudWatch Logs
 * throttling).
 */
export const filterRequestsPerSecond = 5;

/** This many pages of such lines are enough to show a function's problems. */
const mostPages = 3;

/**
 * The messages of a log group since a moment in milliseconds since 1970 that name the extension. Without the log group:
 * none.
 */
export async function extensionLines(
  clients: AwsClients,
  { region, logGroup }: { region: string; logGroup: string },
  since: number,
  pace: Pace,
): Promise<string[]> {
  const { FilterLogEventsCommand } = await import("@aws-sdk/client-cloudwatch-logs");
  const client = await clients.logs(region);
  const messages: string[] = [];
  let nextToken: string | undefined;
  for (let page = 0; page < mostPages; page++) {
    await pace.turn();
    try {
      const found = await client.send(
        new FilterLogEventsCommand({
          ...{ logGroupName: logGroup, startTime: since, filterPattern: '"clickstack-extension"' },
          ...(nextToken && { nextToken }),
        }),
      );
      messages.push(...(found.events ?? []).map(({ message = "" }) => message));
      nextToken = found.nextToken;
    } catch (error) {
      if (awsErrorName(error) === "ResourceNotFoundException") return messages;
      throw error;
    }
    if (nextToken === undefined) break;
  }
  return messages;
}
