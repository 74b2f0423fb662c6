import type { Tags } from "../plan/functionState";
import type { AwsClients } from "./clients";

/**
 * Tags of a region's functions, by the functions' ARNs, from the Resource Groups Tagging API: a request for each
 * hundred functions. It omits functions without tags, and reflects a change some time after Lambda.
 */
export async function readFunctionTags(
  clients: AwsClients,
  region: string,
): Promise<ReadonlyMap<string, Tags>> {
  const { paginateGetResources } = await import("@aws-sdk/client-resource-groups-tagging-api");
  const client = await clients.tagging(region);
  const found = new Map<string, Tags>();
  const pages = paginateGetResources({ client, pageSize: 100 }, { ResourceTypeFilters: ["lambda:function"] });
  for await (const { ResourceTagMappingList = [] } of pages) {
    for (const { ResourceARN = "", Tags = [] } of ResourceTagMappingList)
      found.set(ResourceARN, Object.fromEntries(Tags.map(({ Key = "", Value = "" }) => [Key, Value])));
  }
  return found;
}
