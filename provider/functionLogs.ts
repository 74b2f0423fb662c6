import { LogGroup } from "@pulumi/aws/cloudwatch";
import * as pulumi from "@pulumi/pulumi";
import { denyLogsPolicy, type ExecutionRole } from "./executionRole";
import { isPlain } from "./functionEnvironment";
import { namedResource } from "./namedResource";
import type { ObservedFunctionArgs } from "./observedFunctionArgs";
import { defaultLogGroup } from "./plan/policies";
import { logGroupNames, resourceName } from "./plan/resourceNames";
import { withoutPositions } from "./pulumi/sourcePositions";
import { orStopUpdate } from "./stopUpdate";
import { CloudWatchLogs } from "./telemetryArgs";

/** The log group of a function, before there is the function. */
export interface FunctionLogGroup {
  /** The group that was made for its retention. */
  made: LogGroup | undefined;
  /** The function's own argument, with the log group that was made for it. */
  loggingConfig: ObservedFunctionArgs["loggingConfig"];
  /** Its name; undefined where the function's name decides, and that is not given. */
  name: pulumi.Output<string> | undefined;
}

/** What decides on a function's logs in CloudWatch. */
export interface LoggedFunction {
  /** Name in the program. */
  name: string;
  args: ObservedFunctionArgs;
  role: ExecutionRole;
  /** Its log group, if that was asked for already. */
  logGroup?: FunctionLogGroup;
  region: () => pulumi.Output<string>;
}

/** What was made for a function's logs before the function. */
export interface FunctionLogs {
  /** The function's own argument, with the log group that was made for it. */
  loggingConfig: ObservedFunctionArgs["loggingConfig"];
  /** The log group and the denial, as far as they can be there before the function. */
  resources: pulumi.Input<pulumi.Resource[]>[];
  /** Makes what takes the function's name. */
  finish(functionName: pulumi.Output<string>): void;
}

/** Makes the log group, if its retention is given. */
export function functionLogGroup(
  name: string,
  args: ObservedFunctionArgs,
  options: pulumi.CustomResourceOptions,
): FunctionLogGroup {
  const known = knownLogGroup(args);
  const made = args.logRetentionInDays === undefined ? undefined : logGroup(name, args, known, options);
  // A group whose name is made up has to be named to the function.
  const named = made !== undefined && known === undefined ? withLogGroup(args, made.name) : undefined;
  return {
    made,
    loggingConfig: named ?? args.loggingConfig,
    name: known ?? named?.apply(({ logGroup }) => logGroup),
  };
}

/** Makes the log group, if its retention is given, and the denial of logs, if they are disabled. */
export function functionLogs(of: LoggedFunction, options: pulumi.CustomResourceOptions): FunctionLogs {
  const { name, args } = of;
  const { made, loggingConfig, name: group } = of.logGroup ?? functionLogGroup(name, args, options);
  const early = group === undefined ? [] : denyLogs(of, group, options);
  return {
    loggingConfig,
    resources: [made === undefined ? [] : [made], early],
    finish: (functionName) => {
      if (group !== undefined) return;
      const denial = denyLogs(of, logGroupName(args.loggingConfig, functionName), options);
      orStopUpdate(name, denial).catch((error: Error) => pulumi.log.error(error.message));
    },
  };
}

/** Name of the function's log group where that is known before there is the function. */
function knownLogGroup({ name, loggingConfig }: ObservedFunctionArgs): pulumi.Output<string> | undefined {
  if (isPlain(loggingConfig) && loggingConfig.logGroup !== undefined) {
    return pulumi.output(loggingConfig.logGroup).apply((given) => given ?? "");
  }
  return name === undefined ? undefined : logGroupName(loggingConfig, name);
}

/** The log group that the function names, else that of its name. */
function logGroupName(
  loggingConfig: ObservedFunctionArgs["loggingConfig"],
  functionName: pulumi.Input<string | undefined>,
): pulumi.Output<string> {
  return pulumi
    .all([loggingConfig, functionName])
    .apply(([config, given]) => config?.logGroup ?? defaultLogGroup(given ?? ""));
}

function logGroup(
  name: string,
  { region, logRetentionInDays: retentionInDays, tags }: ObservedFunctionArgs,
  known: pulumi.Output<string> | undefined,
  options: pulumi.CustomResourceOptions,
): LogGroup {
  const prefix = defaultLogGroup(`${resourceName(name, logGroupNames)}-`);
  const naming = known === undefined ? { namePrefix: prefix } : { name: known };
  const named = namedResource(name, logGroupNames, "-log-group", options);
  const inputs = { ...naming, region, retentionInDays, tags };
  return withoutPositions(() => new LogGroup(named.name, inputs, named.options));
}

function withLogGroup({ loggingConfig }: ObservedFunctionArgs, logGroup: pulumi.Output<string>) {
  return pulumi.all([loggingConfig, logGroup]).apply(([config, made]) => ({
    logFormat: "Text",
    ...config,
    logGroup: config?.logGroup ?? made,
  }));
}

/** The denial of logs, if they are disabled. */
async function denyLogs(
  { name, args, role, region }: LoggedFunction,
  group: pulumi.Output<string>,
  options: pulumi.CustomResourceOptions,
): Promise<pulumi.Resource[]> {
  if (args.cloudWatchLogs !== CloudWatchLogs.Disable) return [];
  const isShared = isPlain(args.loggingConfig) && args.loggingConfig.logGroup !== undefined;
  return denyLogsPolicy(name, role, { region, name: group, isShared }, options);
}
