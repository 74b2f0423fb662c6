import { type ContainerCredentials, NO_CREDENTIALS } from "../apis/credentials";
import type { FunctionDefinition } from "../function/definition";
import { isManaged, maxConcurrencyOf } from "../function/managedInstances";
import type { LambdaRuntime } from "../function/runtimes";
import { hasNoLogNames } from "../function/snapStart";

export interface VariablesInput {
  function: FunctionDefinition;
  runtime: LambdaRuntime;
  /** host:port of the Runtime API as the environment sees it. */
  api: string;
  logStream: string;
  /** What only a sandbox sets, such as the address of an embedded AWS. */
  platformEnvironment: Record<string, string>;
  /** With SnapStart: where credentials come from, instead of the variables that hold them. */
  credentials?: ContainerCredentials;
}

export const logGroupOf = (functionName: string): string => `/aws/lambda/${functionName}`;

/** A log stream's name as Lambda creates it: `2026/01/31/[$LATEST]` and 32 hexadecimal digits. */
export function logStreamName(version: string, now: Date, random: string): string {
  return `${now.toISOString().slice(0, 10).replaceAll("-", "/")}/[${version}]${random}`;
}

/** The variables that extensions and the runtime both receive. None of the host's own variables are passed on. */
export function extensionVariables(input: VariablesInput): Record<string, string> {
  const { function: definition, api, platformEnvironment, credentials } = input;
  return {
    // /var/lang/bin contains links to the interpreter that runs the function.
    PATH: "/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin",
    LD_LIBRARY_PATH:
      "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib",
    LANG: "en_US.UTF-8",
    TZ: ":UTC",
    AWS_LAMBDA_RUNTIME_API: api,
    AWS_LAMBDA_FUNCTION_NAME: definition.name,
    AWS_LAMBDA_FUNCTION_VERSION: definition.version,
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(definition.memorySizeMb),
    AWS_LAMBDA_INITIALIZATION_TYPE: definition.initializationType ?? "on-demand",
    AWS_REGION: definition.region,
    AWS_DEFAULT_REGION: definition.region,
    ...(credentials?.variables(api) ?? NO_CREDENTIALS),
    ...(credentials ? withoutCredentials(platformEnvironment) : platformEnvironment),
    ...definition.environment,
  };
}

/** The runtime's variables: those of the extensions, and those that only the runtime receives. */
export function runtimeVariables(input: VariablesInput): Record<string, string> {
  const { function: definition, runtime, logStream } = input;
  const json = definition.logFormat === "JSON";
  return {
    ...(json ? { AWS_LAMBDA_LOG_LEVEL: definition.applicationLogLevel ?? "INFO" } : {}),
    AWS_LAMBDA_LOG_FORMAT: definition.logFormat ?? "Text",
    ...(isManaged(definition) ? { AWS_LAMBDA_MAX_CONCURRENCY: String(maxConcurrencyOf(definition)) } : {}),
    ...runtime.environment,
    _HANDLER: definition.handler,
    LAMBDA_TASK_ROOT: "/var/task",
    LAMBDA_RUNTIME_DIR: "/var/runtime",
    AWS_EXECUTION_ENV: `AWS_Lambda_${definition.packageType === "Image" ? "Image" : definition.runtime}`,
    ...(hasNoLogNames(definition)
      ? {}
      : {
          AWS_LAMBDA_LOG_GROUP_NAME: logGroupOf(definition.name),
          AWS_LAMBDA_LOG_STREAM_NAME: logStream,
        }),
    AWS_XRAY_CONTEXT_MISSING: "LOG_ERROR",
    AWS_XRAY_DAEMON_ADDRESS: "169.254.79.129:2000",
    _AWS_XRAY_DAEMON_ADDRESS: "169.254.79.129",
    _AWS_XRAY_DAEMON_PORT: "2000",
    ...extensionVariables(input),
    ...(runtime.framedLogs ? { _LAMBDA_TELEMETRY_LOG_FD: "3" } : {}),
  };
}

function withoutCredentials(variables: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).filter(([name]) => !(name in NO_CREDENTIALS)));
}
