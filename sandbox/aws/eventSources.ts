import { LambdaClient, paginateListEventSourceMappings } from "@aws-sdk/client-lambda";
import { type AwsAccess, clientOf } from "./access";

/**
 * ARNs of the event sources that a deployed function is given events of, such as queues.
 * @param names of the function, and ARNs of its aliases: AWS lists the mappings of each separately.
 * @throws when they can't be read.
 */
export async function readEventSources(
  aws: AwsAccess,
  { region, names }: { region: string; names: readonly string[] },
): Promise<string[]> {
  const client = new LambdaClient(clientOf(aws, region));
  try {
    const sources = new Set<string>();
    for (const FunctionName of names)
      for await (const { EventSourceMappings = [] } of paginateListEventSourceMappings(
        { client },
        { FunctionName },
      ))
        for (const { EventSourceArn } of EventSourceMappings) if (EventSourceArn) sources.add(EventSourceArn);
    return [...sources];
  } finally {
    client.destroy();
  }
}
