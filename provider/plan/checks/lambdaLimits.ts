import type { FunctionView } from "../arguments/view";
import { entriesOf, isKnown, knownValue } from "../known";
import { type Problem, problem } from "../problem";

/**
 * Memory of a function in MB (AWS Lambda's API model of botocore 1.44.8, shape MemorySize, 2026-11-29). More than
 * `onDemand` is for Managed Instances (Lambda developer guide, "Configure Lambda function memory").
 */
const memory = { least: 128, onDemand: 10_240, most: 32_768 };

/**
 * Timeout in seconds (same model, shape Timeout, 5,400; developer guide, "Configure Lambda function timeout": only on
 * Managed Instances, for asynchronous invocations and event source mappings; 1,800 elsewhere).
 */
const timeout = { onDemand: 1800, most: 5400 };

/**
 * Names of a function's variables (same model, shape EnvironmentVariableName). A name has at least two characters.
 */
const variableName = /^[a-zA-Z][a-zA-Z0-9_]+$/;

/**
 * Variables that Lambda sets and does not let a function's configuration set (developer guide, "Defined runtime environment
 * variables", reserved ones, and those of Managed Instances, 2026-11-29). `TZ`, `PATH`, `LANG` and the like are not reserved.
 */
const reservedVariables: ReadonlySet<string> = new Set([
  ...["_HANDLER", "_X_AMZN_TRACE_ID", "AWS_DEFAULT_REGION", "AWS_REGION", "AWS_EXECUTION_ENV"],
  ...["AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_VERSION"],
  ...["AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME"],
  ...["AWS_ACCESS_KEY", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"],
  ...["AWS_LAMBDA_RUNTIME_API", "LAMBDA_TASK_ROOT", "LAMBDA_RUNTIME_DIR", "AWS_LAMBDA_MAX_CONCURRENCY"],
  ...["AWS_LAMBDA_METADATA_API", "AWS_LAMBDA_METADATA_TOKEN"],
]);

/** Lambda's limit for all variables of a function, as JSON in UTF-8, in bytes (AWS Lambda quotas: 4 KB). */
export const maximumEnvironmentBytes = 4096;

/** Timeout and memory values that are never valid. */
export function checkSize(view: FunctionView): Problem[] {
  const [seconds, megabytes] = [knownValue(view.timeout), knownValue(view.memorySize)];
  const short =
    seconds !== undefined && seconds < 2
      ? `is ${seconds} s; an observed function needs at least 2 s, so that a cold start can send its telemetry`
      : undefined;
  const wrong =
    megabytes !== undefined && (megabytes < memory.least || megabytes > memory.most)
      ? `is ${megabytes} MB; Lambda accepts ${memory.least} to ${memory.most} MB`
      : undefined;
  return [...problem("timeout", short), ...problem("memorySize", wrong)];
}

/** Values that AWS does not allow everywhere today, but may allow in the future or for some accounts: for warnings. */
export function sizeWarnings(view: FunctionView): Problem[] {
  const [seconds, megabytes] = [knownValue(view.timeout), knownValue(view.memorySize)];
  const isManaged = view.capacityProviderConfig !== undefined;
  const mostSeconds = isManaged ? timeout.most : timeout.onDemand;
  const long =
    seconds !== undefined && seconds > mostSeconds
      ? `is ${seconds} s; Lambda accepts up to ${mostSeconds} s${isManaged ? "" : ` (${timeout.most} s on Managed Instances)`} and may refuse the function`
      : undefined;
  const large =
    megabytes !== undefined && !isManaged && megabytes > memory.onDemand && megabytes <= memory.most
      ? `is ${megabytes} MB; Lambda accepts more than ${memory.onDemand} MB on Managed Instances (capacityProviderConfig) and may refuse the function`
      : undefined;
  return [...problem("timeout", long), ...problem("memorySize", large)];
}

/** Problems of the names of the user's own variables. */
export function checkVariableNames({ environment }: FunctionView): Problem[] {
  if (!isKnown(environment)) return [];
  return Object.keys(entriesOf(environment.variables)).flatMap((name) => {
    const reason = reservedVariables.has(name)
      ? "is a name that Lambda reserves for its own variables. Choose another"
      : variableName.test(name)
        ? undefined
        : "is not a variable name that Lambda accepts: a letter, followed by one or more letters, digits or _";
    return problem(`environment.variables.${name}`, reason);
  });
}

/**
 * Why these variables are more than Lambda accepts, or undefined if they are not.
 * @param variables all variables of the function; an unknown value is empty, so the result is a lower bound.
 * @param own how many of them are the user's own; for the message.
 */
export function checkEnvironmentSize(
  variables: Readonly<Record<string, string>>,
  own: Readonly<Record<string, unknown>>,
): string | undefined {
  const bytes = bytesOf(variables);
  if (bytes <= maximumEnvironmentBytes) return undefined;
  const added = Object.entries(variables).filter(([name]) => !(name in own));
  const addedBytes = added.length === 0 ? 0 : bytesOf(Object.fromEntries(added));
  const parts = added.length === 0 ? "" : `, of which the telemetry's settings take ${addedBytes}`;
  return `the function's environment variables need ${bytes} bytes or more as JSON${parts}; Lambda allows ${maximumEnvironmentBytes}. Move long values into a file of the code, a parameter or a secret; settings of the extension can be in an env file (envFile)`;
}

function bytesOf(variables: Readonly<Record<string, string>>): number {
  return new TextEncoder().encode(JSON.stringify(variables)).length;
}
