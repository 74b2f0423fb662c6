import type { FunctionState, Tags } from "./functionState";
import { hasRecord } from "./record";
import { managerOf } from "./unsuitable";

/** After this time the Resource Groups Tagging API certainly has the tags of a new function; AWS documents no limit. */
const indexedAfterMs = 3_600_000;

/**
 * A listed function, with its tags from the Resource Groups Tagging API.
 *
 * Tags are used here to tell who manages a function, and those of CloudFormation and SST exist since it was created.
 * The API learns of a function some time after Lambda, so a function that was created or changed recently and seems to
 * have no manager is read individually. A function with a record is not: its tags were read when this command changed
 * it.
 *
 * @param indexed tags of the function; undefined if the API does not list it
 * @param now milliseconds since 1970
 * @returns undefined if the function has to be read individually.
 */
export function withIndexedTags(
  of: FunctionState,
  indexed: Tags | undefined,
  now: number,
): FunctionState | undefined {
  const tagged = { ...of, tags: indexed ?? {} };
  const isOld = of.lastModified !== undefined && now - of.lastModified >= indexedAfterMs;
  return isOld || hasRecord(of) || managerOf(tagged) !== undefined ? tagged : undefined;
}
