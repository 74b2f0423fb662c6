import type { FunctionArgs } from "@pulumi/aws/lambda";
import type { ObservedFunctionArgs } from "../args/observedFunction";

/** The arguments that are not the function's own. A new one that is missing here does not compile. */
const ownArguments: Readonly<Record<Exclude<keyof ObservedFunctionArgs, keyof FunctionArgs>, true>> = {
  authorization: true,
  autoInstrumentation: true,
  clickhouse: true,
  clickhousePassword: true,
  cloudWatchLogs: true,
  endpoint: true,
  envFile: true,
  extension: true,
  functionAlias: true,
  headers: true,
  ingestionKey: true,
  logRetentionInDays: true,
  managedClickStack: true,
  protocol: true,
  requireDelivery: true,
  resourceAttributes: true,
  secretArns: true,
  secretKmsKeyArns: true,
  serviceName: true,
  serviceVersion: true,
  settings: true,
  webIdentityAudience: true,
};

/**
 * The component's own inputs, which the stack's state keeps with it. The function's are kept with the function: a second
 * copy would make every checkpoint of the state longer.
 */
export function componentInputs(args: ObservedFunctionArgs): Partial<ObservedFunctionArgs> {
  return Object.fromEntries(Object.entries(args).filter(([key]) => key in ownArguments));
}

/** The inputs of the function itself: all that are not the component's own. */
export function functionInputs(args: ObservedFunctionArgs): Partial<FunctionArgs> {
  return Object.fromEntries(Object.entries(args).filter(([key]) => !(key in ownArguments)));
}
