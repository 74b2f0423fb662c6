import type { LogCost } from "./cost";
import type { FunctionState } from "./functionState";
import type { TelemetryProblem } from "./problems";
import { hasRecord, originalOf } from "./record";

/** How a function is observed. */
export interface FunctionStatus {
  name: string;
  region: string;
  runtime: string;
  /**
   * `command`: by this command. `other`: it has the extension, added in another way. `incomplete`: this command added
   * something that somebody removed in part. `none`: it does not have the extension.
   */
  observed: "command" | "other" | "incomplete" | "none";
  /** Name and version of the extension's layer, such as `clickstack-extension-amd64:3`. */
  layer?: string;
  /** Newest version of this layer, where it was asked for and can be listed. */
  newest?: number;
  /** Whether the function writes to CloudWatch Logs, where it was asked for; else why that cannot be said. */
  cloudWatch?: "on" | "off" | string;
  /** What CloudWatch Logs took in, where it was asked for. */
  cost?: LogCost;
  /** What of the last day tells of trouble with its telemetry, where it was asked for. */
  problems?: readonly TelemetryProblem[];
  /** What it takes to observe it, or to complete it; absent where there is nothing to do. */
  advice?: string;
}

/** Tells how a function is observed by its configuration alone. */
export function statusOf(of: FunctionState): FunctionStatus {
  const { name, region, runtime = "container image" } = of;
  const found = extensionLayerOf(of);
  const layer = found === undefined ? {} : { layer: found.split(":").slice(6).join(":") };
  const common = { name, region, runtime, ...layer };
  if (!hasRecord(of)) return { ...common, observed: found === undefined ? "none" : "other" };
  if (originalOf(of) !== undefined && found !== undefined) return { ...common, observed: "command" };
  return { ...common, observed: "incomplete", advice: "run instrument again, or uninstrument" };
}

/**
 * How many functions are observed, in a sentence.
 * @param unread regions whose functions could not be listed
 */
export function observedSum(
  functions: readonly Pick<FunctionStatus, "observed">[],
  unread: readonly string[],
): string {
  const without = `the functions of ${unread.join(", ")} could not be read`;
  if (functions.length === 0) return unread.length === 0 ? "no function was found" : without;
  const observed = functions.filter((one) => one.observed !== "none").length;
  const sum = `${observed} of ${functions.length} functions are observed`;
  return unread.length === 0 ? sum : `${sum}; ${without}`;
}

/** ARN of the extension's layer, by what this command added, else by its name. */
export function extensionLayerOf(of: FunctionState): string | undefined {
  return addedLayer(of) ?? of.layers.find((arn) => /:layer:(clickstack|rotel)-extension-/.test(arn));
}

/** The layer that this command added; where it added several, the last one is the extension's. */
function addedLayer(of: FunctionState): string | undefined {
  const original = originalOf(of);
  return of.layers.filter((arn) => original !== undefined && !original.layers.includes(arn)).at(-1);
}
