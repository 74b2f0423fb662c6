import * as pulumi from "@pulumi/pulumi";
import type { ObservedFunctionArgs } from "../args/observedFunction";
import { CloudWatchLogs } from "../args/telemetry";
import { isPlain } from "../pulumi/inputs";
import { orStopUpdate } from "../pulumi/stopUpdate";
import { type FunctionLogGroup, logGroupName } from "./logGroup";
import { denyLogsPolicy, type ExecutionRole, type LogGroupNames, otherLogsPolicy } from "./role";

/** What determines a function's logs in CloudWatch. */
export interface LoggedFunction {
  /** Name in the program. */
  name: string;
  args: ObservedFunctionArgs;
  role: ExecutionRole;
  logGroup: FunctionLogGroup;
  /** The log groups that its role may write to; undefined for all log groups. */
  logGroups: LogGroupNames | undefined;
  region: () => pulumi.Output<string>;
}

/** What was created for a function's logs before the function. */
export interface FunctionLogs {
  /** The function's own argument, with the log group that was created for it. */
  loggingConfig: ObservedFunctionArgs["loggingConfig"];
  /** The log group and the denial, as far as they can exist before the function. */
  resources: pulumi.Input<pulumi.Resource[]>[];
  /** Creates what needs the function's name. */
  finish(functionName: pulumi.Output<string>): void;
}

/** Creates the denial of logs, if they are disabled. */
export function functionLogs(of: LoggedFunction, options: pulumi.CustomResourceOptions): FunctionLogs {
  const { name, args } = of;
  const { managed, loggingConfig, name: group } = of.logGroup;
  const early = group === undefined ? [] : denyLogs(of, group, options);
  return {
    loggingConfig,
    resources: [managed, early],
    finish: (functionName) => {
      if (group !== undefined) return;
      const own = logGroupName(args.loggingConfig, functionName);
      const place = { region: of.region, name: own };
      const policies = Promise.all([
        denyLogs(of, own, options),
        otherLogsPolicy(name, { ...of, logGroup: place }, of.logGroups, options),
      ]);
      orStopUpdate(name, policies).catch((error: Error) => pulumi.log.error(error.message));
    },
  };
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
