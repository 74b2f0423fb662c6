import * as pulumi from "@pulumi/pulumi";
import { omitPositions } from "./sourcePositions";

/** Keeps Pulumi's stack traces and debug lines, for debugging the provider itself. */
const debugVariable = "CLICKSTACK_LAMBDA_PROVIDER_DEBUG";

/**
 * Removes unused work from Pulumi's runtime, in a process that only serves the package: it was two fifths of the cost
 * of a preview's functions there. The messages of errors still say what happened.
 * - Each of a resource's hundreds of promises takes a stack trace, in case it is never settled. By the time the
 * provider serves, ts-node is also loaded and would map each of them, although the served code is JavaScript.
 * - Each resource's own stack trace, which the engine would store in the state, only contains the provider's code.
 * - Each step of a registration sends a debug line to the engine, one call after another, and the engine drops them.
 */
export function leanRuntime(environment: NodeJS.ProcessEnv = process.env): void {
  Reflect.deleteProperty(Error, "prepareStackTrace");
  if (environment[debugVariable]) return;
  Error.stackTraceLimit = 0;
  Object.assign(pulumi.log, { debug: async () => {} });
  omitPositions();
}
