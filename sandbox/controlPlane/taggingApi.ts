import type { StoredFunction } from "./playedFunction";

/**
 * GetResources of the Resource Groups Tagging API for functions; those without tags are omitted, as in the real API.
 */
export function answerTagging(
  functions: Iterable<StoredFunction>,
  { region, body }: { region: string; body: { PaginationToken?: string; ResourcesPerPage?: number } },
): unknown {
  const tagged = [...functions].filter((one) => one.region === region && Object.keys(one.tags).length > 0);
  const start = Number(body.PaginationToken || 0);
  const next = start + (body.ResourcesPerPage ?? 50);
  return {
    PaginationToken: next < tagged.length ? String(next) : "",
    ResourceTagMappingList: tagged.slice(start, next).map(({ configuration, tags }) => ({
      ResourceARN: configuration.FunctionArn,
      Tags: Object.entries(tags).map(([Key, Value]) => ({ Key, Value })),
    })),
  };
}
