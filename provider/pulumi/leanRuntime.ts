import * as pulumi from "@pulumi/pulumi";
import { omitPositions } from "./sourcePositions";

/** Leaves stack traces and debug lines as Pulumi makes them, to look into the provider itself. */
const debugVariable = "CLICKSTACK_LAMBDA_PROVIDER_DEBUG";

/**
 * Takes what nobody reads out of Pulumi's runtime, in a process that does nothing but serve the package: it was two
 * fifths of what the functions of a preview cost there. Errors still say what happened, by their messages.
 * - Each of a resource's hundreds of promises takes a stack trace, in case it is never settled. By the time the provider
 *   serves, ts-node is loaded too and would map each of them, though what is served is JavaScript.
 * - Each resource's own stack trace, which the engine would keep in the state, is of the provider's code.
 * - Each step of a registration sends a debug line to the engine, one call after another, and the engine drops them.
 */
export function leanRuntime(environment: NodeJS.ProcessEnv = process.env): void {
  Reflect.deleteProperty(Error, "prepareStackTrace");
  if (environment[debugVariable]) return;
  Error.stackTraceLimit = 0;
  Object.assign(pulumi.log, { debug: async () => {} });
  omitPositions();
}
