import { LambdaClient, paginateListAliases } from "@aws-sdk/client-lambda";
import { type AwsAccess, clientOf } from "./access";

/**
 * The names of a deployed function's aliases.
 * @throws when they can't be read.
 */
export async function readAliases(
  aws: AwsAccess,
  { region, name }: { region: string; name: string },
): Promise<string[]> {
  const client = new LambdaClient(clientOf(aws, region));
  try {
    const names: string[] = [];
    for await (const { Aliases = [] } of paginateListAliases({ client }, { FunctionName: name }))
      names.push(...Aliases.flatMap(({ Name }) => Name ?? []));
    return names;
  } finally {
    client.destroy();
  }
}
