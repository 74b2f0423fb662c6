import pMap from "p-map";
import { describeError } from "../aws/awsError";
import type { FunctionState } from "../plan/functionState";
import { isSelected, needsTags, type Selection } from "../plan/selection";
import type { ControlPlane } from "./controlPlane";

/** A function that was named and is not there, or a region that could not be read. */
export interface SelectionFailure {
  name: string;
  region: string;
  reason: string;
}

/** The selected functions with their tags, in the order of regions and names. */
export interface SelectedFunctions {
  functions: FunctionState[];
  failures: SelectionFailure[];
}

/** How many functions of a region are read at the same time; the pace of the requests is kept elsewhere. */
const readersPerRegion = 20;

/**
 * Finds the functions that are selected in these regions.
 * @param withTags whether tags, revision and state are needed, which takes a request for each function.
 */
export async function selectFunctions(
  plane: Pick<ControlPlane, "list" | "read">,
  selection: Selection,
  regions: readonly string[],
  withTags = true,
): Promise<SelectedFunctions> {
  const found = await Promise.all(
    places(selection, regions).map((region) =>
      selectIn(plane, selection, region, withTags || needsTags(selection)),
    ),
  );
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
  return { functions, failures: [...failures, ...absent] };
}

/** The regions that are to be read: those of ARNs besides the others. */
function places({ named, choice }: Selection, regions: readonly string[]): string[] {
  const others = named.some(({ region }) => region === undefined) || choice !== undefined ? regions : [];
  return [...new Set([...others, ...named.flatMap(({ region }) => region ?? [])])];
}

async function selectIn(
  plane: Pick<ControlPlane, "list" | "read">,
  selection: Selection,
  region: string,
  withTags: boolean,
): Promise<SelectedFunctions> {
  const listed = new Map<string, FunctionState>();
  const failures: SelectionFailure[] = [];
  const names = new Set(
    selection.named.filter((one) => (one.region ?? region) === region).map(({ name }) => name),
  );
  if (selection.choice !== undefined) {
    try {
      for await (const one of plane.list(region)) {
        if (!needsTags(selection) && !isSelected(one, selection)) continue;
        names.add(one.name);
        if (!withTags) listed.set(one.name, one);
      }
    } catch (error) {
      failures.push({ name: "*", region, reason: describeError(error) });
    }
  }
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
  const functions = await pMap([...names].sort(), read, { concurrency: readersPerRegion });
  return { functions: functions.flat(), failures };
}
