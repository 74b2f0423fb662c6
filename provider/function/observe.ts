import type * as pulumi from "@pulumi/pulumi";
import type { ObservedFunctionArgs } from "../args/observedFunction";
import { allowOtherName } from "./durableExecution";
import { functionVariables } from "./environment";
import { functionLayers } from "./layers";
import { functionLogGroup, possibleLogGroups } from "./logGroup";
import { functionLogs } from "./logs";
import { possibleNames } from "./names";
import { type ExecutionRole, executionRole } from "./role";
import { functionReferences } from "./secretReferences";

/** A function to observe, whose arguments have been checked, or whose resources wait for the check. */
export interface FunctionToObserve {
  /** Name in the program. */
  name: string;
  /** Its arguments, with keys stored. Without a role it gets one. */
  args: ObservedFunctionArgs;
  /** Its region; only evaluated if something depends on it. */
  region: () => pulumi.Output<string>;
  /** Current and former names in the program, from which Pulumi may generate its name. */
  names: readonly string[];
  /**
   * Whether keys were stored only for this function. No other function reads them, so the policy that reads them
   * belongs to this component too: it follows the component when that is renamed.
   */
  hasOwnKeys?: boolean;
}

/** Everything that turns a function into an observed one. */
export interface ObservedParts {
  role: ExecutionRole;
  /** Inputs of the function, replacing the given ones. */
  inputs: {
    layers: pulumi.Input<pulumi.Input<string>[]> | undefined;
    environment: { variables: pulumi.Input<Record<string, pulumi.Input<string>>> } | undefined;
    loggingConfig?: NonNullable<ObservedFunctionArgs["loggingConfig"]>;
  };
  /** Names of the function's variables, sorted. */
  variableNames: pulumi.Output<string[]>;
  /** What has to exist before the function. */
  resources: pulumi.Input<pulumi.Resource[]>[];
  /** Creates what needs the function's name. */
  finish(functionName: pulumi.Output<string>): void;
}

/**
 * Creates what an observed function needs, for every way of observing: role, policies and log group, then its inputs.
 */
export function observedParts(of: FunctionToObserve, options: pulumi.CustomResourceOptions): ObservedParts {
  const { name, args, region } = of;
  const logGroup = functionLogGroup({ name, args, region }, options);
  const logGroups = args.role === undefined ? possibleLogGroups(args, logGroup, of.names) : undefined;
  const scope = { logGroups, names: () => possibleNames(args, of.names), region };
  const references = functionReferences(name, args);
  const own = of.hasOwnKeys ? { ...references, origin: async () => undefined } : references;
  const role = executionRole(name, args, own, scope, options);
  const logs = functionLogs({ name, args, role, logGroup, logGroups, region }, options);
  const layers = functionLayers({ name, args, region });
  const { environment, names } = functionVariables(args);
  const { loggingConfig } = logs;
  return {
    role,
    inputs: { layers, environment, ...(loggingConfig && { loggingConfig }) },
    variableNames: names,
    resources: [role.policies, ...logs.resources],
    finish: (functionName) => {
      logs.finish(functionName);
      allowOtherName(name, { ...scope, args, role }, functionName, options);
    },
  };
}
