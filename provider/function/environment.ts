import * as pulumi from "@pulumi/pulumi";
import type { ObservedFunctionArgs } from "../args/observedFunction";
import { type InstrumentationArguments, planInstrumentation } from "../plan/layers/instrumentation";
import { mergeEnvironment } from "../plan/telemetry/mergedEnvironment";
import {
  type Interpreter,
  type PlannedArguments,
  plainValues,
  plannedArguments,
  planTelemetry,
} from "../plan/telemetry/plan";
import { combined, isPlain } from "../pulumi/inputs";
import { extensionKind } from "./layers";
import { withoutKeys } from "./storedSecrets";

type StringMap = Record<string, pulumi.Input<string>>;

/** The environment variables of an observed function. */
export interface FunctionVariables {
  /**
   * The function's environment; undefined if there are no variables. Unless the user's own variables are one output as
   * a whole, each variable is a separate value, so that a secret among them leaves the others readable.
   */
  environment: { variables: pulumi.Input<StringMap> } | undefined;
  /** Their names, sorted. */
  names: pulumi.Output<string[]>;
}

/** Values that Pulumi may still be waiting for. */
const inputValues: Interpreter<pulumi.Input<string>> = {
  string: (value) => value,
  combine: combined,
};

/**
 * Adds the variables for the extension to the user's own.
 * @param args with keys stored. A key that is not stored gets no variable: keys are never in an environment.
 */
export function functionVariables(args: ObservedFunctionArgs): FunctionVariables {
  const own = variablesOf(args.environment);
  const planned = plannedOf(args);
  if (isPlain(own) && isPlain(args.settings ?? {})) {
    const variables = merge(own, planned, inputValues);
    const names = Object.keys(variables).sort();
    return { environment: names.length === 0 ? undefined : { variables }, names: pulumi.output(names) };
  }
  // Everything that the variables are made of is awaited here: their dependencies must not depend on what is already
  // known.
  const variables = combined([own, planned], ([ownValues = {}, values]) =>
    merge(ownValues, values as typeof planned, plainValues),
  ) as pulumi.Output<Record<string, string>>;
  return { environment: { variables }, names: variables.apply((values) => Object.keys(values).sort()) };
}

/** The user's own variables: plain if they were given as plain values. */
export function variablesOf(environment: ObservedFunctionArgs["environment"]): pulumi.Input<StringMap> {
  if (environment === undefined) return {};
  if (!isPlain(environment)) return pulumi.output(environment).apply((values) => values?.variables ?? {});
  const variables = environment.variables;
  if (variables === undefined) return {};
  return isPlain(variables) ? variables : pulumi.output(variables).apply((values) => values ?? {});
}

/** The arguments that become variables, besides the user's own variables. */
function plannedOf(args: ObservedFunctionArgs): PlannedArguments & InstrumentationArguments {
  const { autoInstrumentation, runtime, packageType } = args;
  const extension = autoInstrumentation && extensionKind(args.extension);
  return { ...plannedArguments(withoutKeys(args)), autoInstrumentation, extension, runtime, packageType };
}

function merge<T>(
  own: Readonly<Record<string, T>>,
  args: PlannedArguments & InstrumentationArguments,
  interpreter: Interpreter<T>,
): Record<string, T> {
  const planned = [...planTelemetry(args, interpreter), ...planInstrumentation(args, interpreter)];
  return mergeEnvironment<T>(own, planned).variables;
}
