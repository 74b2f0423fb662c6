import { LambdaClient, paginateListAliases } from "@aws-sdk/client-lambda";
import type { AwsAccess } from "./deployedFunction";

/**
 * The names of a deployed function's aliases.
 * @throws when they can't be read.
 */
export async function readAliases(
  { endpoint, credentials }: AwsAccess,
  { region, name }: { region: string; name: string },
): Promise<string[]> {
  const client = new LambdaClient({
    region,
    ...(endpoint && { endpoint }),
    ...(credentials && { credentials }),
  });
  try {
    const names: string[] = [];
    for await (const { Aliases = [] } of paginateListAliases({ client }, { FunctionName: name }))
      names.push(...Aliases.flatMap(({ Name }) => Name ?? []));
    return names;
  } finally {
    client.destroy();
  }
}
