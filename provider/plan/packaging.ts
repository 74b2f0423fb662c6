import { type FunctionView, knownValue, problem } from "./functionView";
import { isKnown } from "./known";
import { parseRoleArn } from "./policies";
import type { Problem } from "./problem";
import { checkRegion } from "./regions";
import { checkArchitecture, checkRuntime } from "./runtimes";

/** Lambda's limit of a function's code and layers, unpacked, in bytes (AWS Lambda quotas: 250 MB). */
export const maximumUnpackedBytes = 250 * 1024 * 1024;

/** Problems of the function itself: where and on what it runs, how long, as whom. */
export function checkPackage(view: FunctionView): Problem[] {
  return [
    ...checkPackageType(view),
    ...problem("region", isKnown(view.region) ? checkRegion(view.region) : undefined),
    ...problem("runtime", isKnown(view.runtime) ? checkRuntime(view.runtime) : undefined),
    ...checkArchitectures(view),
    ...checkLimits(view),
    ...checkRole(view),
  ];
}

/** Why code and layers of these sizes cannot be deployed together, or undefined when they can. */
export function checkUnpackedSize(sizes: Readonly<Record<string, number>>): string | undefined {
  const total = Object.values(sizes).reduce((sum, bytes) => sum + bytes, 0);
  if (total <= maximumUnpackedBytes) return undefined;
  const parts = Object.entries(sizes).map(([part, bytes]) => `${part} ${megabytes(bytes)}`);
  return `code and layers take ${megabytes(total)} unpacked (${parts.join(", ")}); Lambda allows ${megabytes(maximumUnpackedBytes)}. Leave out what the function does not need, or deploy it as a container image`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1).replace(/\.0$/, "")} MB`;
}

function checkPackageType(view: FunctionView): Problem[] {
  const packageType = knownValue(view.packageType);
  if (packageType === undefined || packageType === "Zip") return [];
  if (packageType !== "Image")
    return problem("packageType", `"${packageType}" is not a package type; there are Zip and Image`);
  const noLayers = "functions from container images take no layers. Build them into the image";
  return [
    ...problem("layers", isKnown(view.layers) && view.layers.length > 0 ? noLayers : undefined),
    ...problem("autoInstrumentation", view.autoInstrumentation === undefined ? undefined : noLayers),
  ];
}

function checkArchitectures({ architectures }: FunctionView): Problem[] {
  if (!isKnown(architectures)) return [];
  const problems = architectures.flatMap((architecture, index) =>
    problem(`architectures[${index}]`, isKnown(architecture) ? checkArchitecture(architecture) : undefined),
  );
  const several = architectures.length > 1 ? "a Lambda function has one architecture" : undefined;
  return [...problems, ...problem("architectures", several)];
}

function checkLimits(view: FunctionView): Problem[] {
  const [timeout, memory] = [knownValue(view.timeout), knownValue(view.memorySize)];
  const short =
    timeout !== undefined && timeout < 2
      ? `is ${timeout} s; an observed function needs 2 s at least, so that a cold start can send its telemetry`
      : undefined;
  const small =
    memory !== undefined && (memory < 128 || memory > 10_240)
      ? `is ${memory} MB; Lambda takes 128 to 10240 MB`
      : undefined;
  return [...problem("timeout", short), ...problem("memorySize", small)];
}

function checkRole({ role }: FunctionView): Problem[] {
  if (!isKnown(role) || parseRoleArn(role) !== undefined) return [];
  return problem(
    "role",
    "is not the ARN of an IAM role: write arn:aws:iam::account:role/name, or leave it out to have one made",
  );
}
