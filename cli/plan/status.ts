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
   * something that was partly removed. `none`: it does not have the extension.
   */
  observed: "command" | "other" | "incomplete" | "none";
  /** Name and version of the extension's layer, such as `clickstack-extension-amd64:3`. */
  layer?: string;
  /** Newest version of this layer, if requested and available. */
  newest?: number;
  /** Whether the function writes to CloudWatch Logs, if requested; otherwise why that is not known. */
  cloudWatch?: "on" | "off" | string;
  /** What CloudWatch Logs ingested, if requested. */
  cost?: LogCost;
  /** Problems with its telemetry in the last day, if requested. */
  problems?: readonly TelemetryProblem[];
  /** How to observe it, or to complete the change; absent if there is nothing to do. */
  advice?: string;
}

/** Determines how a function is observed from its configuration. */
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

/** ARN of the extension's layer, from what this command added, otherwise by its name. */
export function extensionLayerOf(of: FunctionState): string | undefined {
  return addedLayer(of) ?? of.layers.find((arn) => /:layer:(clickstack|rotel)-extension-/.test(arn));
}

/** The layer that this command added; if it added several, the last one is the extension's. */
function addedLayer(of: FunctionState): string | undefined {
  const original = originalOf(of);
  return of.layers.filter((arn) => original !== undefined && !original.layers.includes(arn)).at(-1);
}
