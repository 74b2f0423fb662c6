import pMap from "p-map";
import { describeError } from "../aws/awsError";
import type { FunctionState } from "../plan/functionState";
import { withIndexedTags } from "../plan/indexedTags";
import { isSelected, needsTags, type Selection } from "../plan/selection";
import type { ControlPlane } from "./controlPlane";

/** Used instead of a name if the functions of a region could not be listed. */
export const everyFunction = "*";

/** A named function that does not exist, or a region that could not be read. */
export interface SelectionFailure {
  /** Name of the function, or {@link everyFunction}. */
  name: string;
  region: string;
  reason: string;
}

/** The selected functions, in the order of regions and names. */
export interface SelectedFunctions {
  functions: FunctionState[];
  failures: SelectionFailure[];
  /** Regions whose tags had to be read function by function, with the reason. */
  slow: { region: string; reason: string }[];
}

/**
 * What has to be known about the functions: their configuration, which listing returns; also who manages them, by their
 * tags, which needs a request for each hundred functions; or everything, including the state, which needs one for each
 * function.
 */
export type Needs = "configuration" | "manager" | "all";

/** How many functions of a region are read at the same time; the rate of requests is limited elsewhere. */
const readersPerRegion = 20;

/** Options for selecting functions. */
export interface SelectOptions {
  /** Default: all. */
  needs?: Needs;
  /**
   * Milliseconds since 1970, to determine which functions are new, so that their tags may be missing. Default: the
   * current time.
   */
  now?: number;
  /** Called with the functions of each region as soon as it is read. */
  found?: (functions: readonly FunctionState[]) => void;
}

/**
 * Finds the selected functions in these regions. Functions that are named, or selected by tags, are read one by one.
 */
export async function selectFunctions(
  plane: Pick<ControlPlane, "list" | "tags" | "read">,
  selection: Selection,
  regions: readonly string[],
  options: SelectOptions = {},
): Promise<SelectedFunctions> {
  const { needs = "all", now = Date.now() } = options;
  const wanted = { selection, needs: needsTags(selection) ? "all" : needs, now };
  const one = async (region: string) => {
    const selected = await selectIn(plane, region, wanted);
    if (selected.functions.length > 0) options.found?.(selected.functions);
    return selected;
  };
  const found = await Promise.all(places(selection, regions).map(one));
  const functions = found.flatMap((one) => one.functions);
  const missing = selection.named.filter(
    ({ name, region }) =>
      !functions.some((one) => one.name === name && (region ?? one.region) === one.region),
  );
  const failures = found.flatMap((one) => one.failures);
  const unread = new Set(failures.map(({ region }) => region));
  const absent = missing
    .filter(({ region }) => region === undefined || !unread.has(region))
    .map(({ name, region = regions.join(", ") }) => ({
      name,
      region,
      reason: `there is no function of this name`,
    }));
  return { functions, failures: [...failures, ...absent], slow: found.flatMap((one) => one.slow) };
}

/** The regions to read, including those of ARNs. */
function places({ named, choice }: Selection, regions: readonly string[]): string[] {
  const others = named.some(({ region }) => region === undefined) || choice !== undefined ? regions : [];
  return [...new Set([...others, ...named.flatMap(({ region }) => region ?? [])])];
}

interface Wanted {
  selection: Selection;
  needs: Needs;
  now: number;
}

async function selectIn(
  plane: Pick<ControlPlane, "list" | "tags" | "read">,
  region: string,
  wanted: Wanted,
): Promise<SelectedFunctions> {
  const { selection } = wanted;
  const named = selection.named.filter((one) => (one.region ?? region) === region).map(({ name }) => name);
  const { listed, failures, slow } = await listIn(plane, region, wanted);
  const isNamed = (name: string) => selection.named.some((one) => one.name === name);
  const read = async (name: string): Promise<FunctionState[]> => {
    try {
      const of = listed.get(name) ?? (await plane.read(region, name));
      return of !== undefined && (isNamed(name) || isSelected(of, selection)) ? [of] : [];
    } catch (error) {
      failures.push({ name, region, reason: describeError(error) });
      return [];
    }
  };
  const names = [...new Set([...named, ...listed.keys()])].sort();
  const functions = await pMap(names, read, { concurrency: readersPerRegion });
  return { functions: functions.flat(), failures, slow };
}

interface Listed {
  /** By name; undefined for a function that has to be read individually. */
  listed: Map<string, FunctionState | undefined>;
  failures: SelectionFailure[];
  slow: SelectedFunctions["slow"];
}

/** Lists the functions of a selection in a region. */
async function listIn(
  plane: Pick<ControlPlane, "list" | "tags">,
  region: string,
  { selection, needs, now }: Wanted,
): Promise<Listed> {
  const all: FunctionState[] = [];
  const failures: SelectionFailure[] = [];
  if (selection.choice === undefined) return { listed: new Map(), failures, slow: [] };
  // Queried concurrently with the list.
  const read = needs === "manager" ? plane.tags(region) : undefined;
  read?.catch(() => {}); // handled below
  try {
    for await (const one of plane.list(region))
      if (needsTags(selection) || isSelected(one, selection)) all.push(one);
  } catch (error) {
    failures.push({ name: everyFunction, region, reason: describeError(error) });
  }
  const as = (state: (of: FunctionState) => FunctionState | undefined) =>
    new Map(all.map((of) => [of.name, state(of)]));
  if (needs === "configuration") return { listed: as((of) => of), failures, slow: [] };
  if (read === undefined || all.length === 0) return { listed: as(() => undefined), failures, slow: [] };
  try {
    const tags = await read;
    return { listed: as((of) => withIndexedTags(of, tags.get(of.arn), now)), failures, slow: [] };
  } catch (error) {
    const slow = [{ region, reason: describeError(error) }];
    return { listed: as(() => undefined), failures, slow };
  }
}
