import type { ExtensionEvent } from "../core/extensionEvent";
import { type SchemaVersion, schemaVersions } from "../core/telemetryEvent";
import type { FunctionDefinition } from "./definition";

/**
 * What is different for functions on Lambda Managed Instances. Source: "Lambda Managed Instances" in the Lambda Developer
 * Guide, and AWS's runtime interface emulator, which has a mode for them.
 */

/** Lambda's limits on concurrent invocations of one environment. */
const [LEAST_CONCURRENCY, MOST_CONCURRENCY] = [1, 1_600];

/** Lambda's defaults for one vCPU, by the runtime identifier's beginning. */
const defaultConcurrency: [string, number][] = [
  ["nodejs", 64],
  ["python", 16],
  ["provided", 8],
];

/** The oldest version of each managed runtime that Managed Instances run. */
const oldestRuntimes: Record<string, [number, number]> = { nodejs: [22, 0], python: [3, 13] };

export const isManaged = ({ initializationType }: Pick<FunctionDefinition, "initializationType">): boolean =>
  initializationType === "lambda-managed-instances";

/** Invocations that one environment accepts at a time. */
export function maxConcurrencyOf(definition: FunctionDefinition): number {
  if (!isManaged(definition)) return 1;
  const [, preset] = defaultConcurrency.find(([name]) => definition.runtime.startsWith(name)) ?? ["", 1];
  return definition.perExecutionEnvironmentMaxConcurrency ?? preset;
}

/** The events that extensions may register for: no INVOKE, as invocations overlap. */
export const extensionEventsOf = (definition: FunctionDefinition): readonly ExtensionEvent[] =>
  isManaged(definition) ? ["SHUTDOWN"] : ["INVOKE", "SHUTDOWN"];

/** The schema versions that the Telemetry API accepts. */
export const schemaVersionsOf = (definition: FunctionDefinition): readonly SchemaVersion[] =>
  isManaged(definition) ? ["2025-01-29"] : schemaVersions;

/** The function with what Lambda sets itself: Managed Instances always log JSON. */
export function completeManaged(definition: FunctionDefinition): FunctionDefinition {
  return isManaged(definition) ? { ...definition, logFormat: "JSON" } : definition;
}

/** @throws an error that names the property, when Managed Instances would not run the definition. */
export function checkManaged(definition: FunctionDefinition): void {
  const { perExecutionEnvironmentMaxConcurrency: concurrency } = definition;
  if (!isManaged(definition)) {
    if (concurrency === undefined) return;
    throw new Error(
      "function.perExecutionEnvironmentMaxConcurrency: only functions on Managed Instances have it; set initializationType to lambda-managed-instances",
    );
  }
  checkConcurrency(concurrency);
  if (definition.version === "$LATEST") {
    throw new Error(
      "function.version: Managed Instances run a published version or $LATEST.PUBLISHED, not $LATEST",
    );
  }
  if (definition.logFormat === "Text") {
    throw new Error("function.logFormat: Managed Instances log JSON only; leave it out");
  }
  checkRuntime(definition.runtime);
}

function checkConcurrency(value: number | undefined): void {
  if (value === undefined) return;
  if (!Number.isInteger(value) || value < LEAST_CONCURRENCY || value > MOST_CONCURRENCY) {
    throw new Error(
      `function.perExecutionEnvironmentMaxConcurrency: ${value} is not an integer between ${LEAST_CONCURRENCY} and ${MOST_CONCURRENCY}`,
    );
  }
}

function checkRuntime(identifier: string): void {
  const [, name = "", major, minor = "0"] = /^([a-z]+)(\d+)(?:\.(\d+))?/.exec(identifier) ?? [];
  const oldest = oldestRuntimes[name];
  if (!oldest) return;
  const [least, leastMinor] = oldest;
  if (Number(major) > least || (Number(major) === least && Number(minor) >= leastMinor)) return;
  throw new Error(
    `function.runtime: ${identifier} is too old for Managed Instances, which run Node.js 22, Python 3.13 and newer`,
  );
}
