import type { FunctionView } from "../arguments/view";
import { checkRegion } from "../aws/regions";
import { checkArchitecture, checkRuntime } from "../aws/runtimes";
import { isKnown, knownValue } from "../known";
import { parseRoleArn } from "../policies/statements";
import { type Problem, problem } from "../problem";
import { checkSize } from "./lambdaLimits";

/** Lambda's limit for a function's code and layers, unpacked, in bytes (AWS Lambda quotas: 250 MB). */
export const maximumUnpackedBytes = 250 * 1024 * 1024;

/** Problems of the function itself: region, runtime, timeout, role. */
export function checkPackage(view: FunctionView): Problem[] {
  return [
    ...checkPackageType(view),
    ...problem("region", isKnown(view.region) ? checkRegion(view.region) : undefined),
    ...problem("runtime", isKnown(view.runtime) ? checkRuntime(view.runtime) : undefined),
    ...checkArchitectures(view),
    ...checkSize(view),
    ...checkRole(view),
  ];
}

/** Why code and layers of these sizes cannot be deployed together, or undefined if they can. */
export function checkUnpackedSize(sizes: Readonly<Record<string, number>>): string | undefined {
  const total = Object.values(sizes).reduce((sum, bytes) => sum + bytes, 0);
  if (total <= maximumUnpackedBytes) return undefined;
  const parts = Object.entries(sizes).map(([part, bytes]) => `${part} ${megabytes(bytes)}`);
  return `code and layers need ${megabytes(total)} unpacked (${parts.join(", ")}); Lambda allows ${megabytes(maximumUnpackedBytes)}. Leave out what the function does not need, or deploy it as a container image`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1).replace(/\.0$/, "")} MB`;
}

function checkPackageType(view: FunctionView): Problem[] {
  const packageType = knownValue(view.packageType);
  if (packageType === undefined || packageType === "Zip") return [];
  if (packageType !== "Image")
    return problem("packageType", `"${packageType}" is not a package type; must be one of: Zip, Image`);
  const noLayers = "functions from container images cannot have layers. Build them into the image";
  const noTracing =
    "functions from container images cannot have layers. Copy clickstack-tracing and clickstack/ of the extension's layer into /opt of the image, set AWS_LAMBDA_EXEC_WRAPPER to /opt/clickstack-tracing there, and leave `autoInstrumentation` out";
  return [
    ...problem("layers", isKnown(view.layers) && view.layers.length > 0 ? noLayers : undefined),
    ...problem("autoInstrumentation", view.autoInstrumentation === undefined ? undefined : noTracing),
  ];
}

/** Problems of required and forbidden arguments for the package type. */
export function checkRequired(view: FunctionView): Problem[] {
  const { packageType = "Zip", code, s3Bucket, imageUri } = view;
  const missing = (path: keyof FunctionView, remedy: string) =>
    problem(path, view[path] === undefined ? `is missing: ${remedy}` : undefined);
  if (packageType === "Image") {
    const inImage = (path: keyof FunctionView, remedy: string) =>
      problem(
        path,
        view[path] === undefined ? undefined : `is part of the image if packageType is Image. ${remedy}`,
      );
    return [
      ...missing("imageUri", "specify the image of the function, by its tag or digest"),
      ...inImage("code", "Remove it, or remove packageType and imageUri"),
      ...inImage("s3Bucket", "Remove it, or remove packageType and imageUri"),
      ...inImage("runtime", "Remove it"),
      ...inImage("handler", "Remove it; imageConfig.commands overrides the handler of the image"),
    ];
  }
  if (packageType !== "Zip") return [];
  const forImages = "is for functions from container images: set packageType to Image, or remove it";
  const noCode = code === undefined && s3Bucket === undefined && imageUri === undefined;
  return [
    ...problem("imageUri", imageUri === undefined ? undefined : forImages),
    ...missing("runtime", "specify one such as nodejs22.x, python3.13 or provided.al2023"),
    ...missing("handler", "specify the function's entry point, such as index.handler"),
    ...problem("code", noCode ? "is missing: specify the function's code, or s3Bucket and s3Key" : undefined),
  ];
}

/**
 * Problems of a role with the account that the function is created in. AWS reports that too, but only after policies of
 * the role have been written, to the role with the same name in this account if there is one.
 */
export function checkRoleAccount({ role }: FunctionView, accountId: string): Problem[] {
  const identity = typeof role === "string" ? parseRoleArn(role) : undefined;
  if (identity === undefined || identity.accountId === accountId) return [];
  const reason = `is in account ${identity.accountId}, but the function is created in ${accountId}: Lambda accepts only roles of the same account`;
  return problem("role", reason);
}

function checkArchitectures({ architectures }: FunctionView): Problem[] {
  if (!isKnown(architectures)) return [];
  const problems = architectures.flatMap((architecture, index) =>
    problem(`architectures[${index}]`, isKnown(architecture) ? checkArchitecture(architecture) : undefined),
  );
  const several = architectures.length > 1 ? "a Lambda function has only one architecture" : undefined;
  return [...problems, ...problem("architectures", several)];
}

function checkRole({ role }: FunctionView): Problem[] {
  if (!isKnown(role) || parseRoleArn(role) !== undefined) return [];
  return problem(
    "role",
    "is not the ARN of an IAM role: write arn:aws:iam::account:role/name, or remove it to have one created",
  );
}
