import { LambdaClient, paginateListEventSourceMappings } from "@aws-sdk/client-lambda";
import type { AwsAccess } from "./deployedFunction";

/**
 * ARNs of the event sources that a deployed function is given events of, such as queues.
 * @throws when they can't be read.
 */
export async function readEventSources(
  { endpoint, credentials }: AwsAccess,
  { region, name }: { region: string; name: string },
): Promise<string[]> {
  const client = new LambdaClient({
    region,
    ...(endpoint && { endpoint }),
    ...(credentials && { credentials }),
  });
  try {
    const arns: string[] = [];
    for await (const { EventSourceMappings = [] } of paginateListEventSourceMappings(
      { client },
      { FunctionName: name },
    ))
      arns.push(...EventSourceMappings.flatMap(({ EventSourceArn }) => EventSourceArn ?? []));
    return arns;
  } finally {
    client.destroy();
  }
}
