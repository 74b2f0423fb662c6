import type { FunctionState, Tags } from "./functionState";
import { hasRecord } from "./record";
import { managerOf } from "./unsuitable";

/** After this time the Resource Groups Tagging API has the tags of a new function for certain; AWS names no figure. */
const indexedAfterMs = 3_600_000;

/**
 * A function that was listed, with its tags as the Resource Groups Tagging API has them.
 *
 * Tags say here who manages a function, and those of CloudFormation and SST are there since it was created. The API
 * learns of a function some time after Lambda; so one that was created or changed lately and seems to be nobody's is read
 * by itself. Not so one with a record: its tags were read when this command changed it.
 *
 * @param indexed tags of the function; undefined where the API does not name it
 * @param now milliseconds since 1970
 * @returns undefined where the function has to be read by itself.
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
