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

/** A function that is to be observed, whose arguments have been checked or hold its resources back until they are. */
export interface FunctionToObserve {
  /** Name in the program. */
  name: string;
  /** Its arguments, with keys stored. Without a role it gets one. */
  args: ObservedFunctionArgs;
  /** Its region; only asked for where something depends on it. */
  region: () => pulumi.Output<string>;
  /** Names in the program that it has and had, by which Pulumi may name it. */
  names: readonly string[];
  /**
   * Whether keys were stored for this function alone. No other function reads them, so the policy that reads them is this
   * component's as well: it follows the component when that is renamed.
   */
  hasOwnKeys?: boolean;
}

/** What a function becomes an observed one by. */
export interface ObservedParts {
  role: ExecutionRole;
  /** Inputs of the function, in place of those that were given. */
  inputs: {
    layers: pulumi.Input<pulumi.Input<string>[]> | undefined;
    environment: { variables: pulumi.Input<Record<string, pulumi.Input<string>>> } | undefined;
    loggingConfig?: NonNullable<ObservedFunctionArgs["loggingConfig"]>;
  };
  /** Names of the function's variables, sorted. */
  variableNames: pulumi.Output<string[]>;
  /** What has to be there before the function. */
  resources: pulumi.Input<pulumi.Resource[]>[];
  /** Makes what takes the function's name. */
  finish(functionName: pulumi.Output<string>): void;
}

/** Makes what an observed function needs, by whichever way it is observed: role, policies and log group, then its inputs. */
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
