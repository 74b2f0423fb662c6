import type { FunctionDefinition } from "./definition";

/**
 * What is different for functions with SnapStart. Source: "Improving startup performance with Lambda SnapStart" in the Lambda
 * Developer Guide, with its pages on monitoring, runtime hooks, and hooks for container images.
 */

/** The oldest Python among the managed runtimes with SnapStart; the others, Java and .NET, don't run here. */
const OLDEST_PYTHON = 12;

export const isSnapStart = ({
  initializationType,
}: Pick<FunctionDefinition, "initializationType">): boolean => initializationType === "snap-start";

/**
 * Whether the runtime does not receive log group and stream: a snapshot is restored into environments with different
 * streams. AWS documents the same for images, but its runtime interface client for Node.js, from version 4 on, does not
 * work without them.
 */
export const hasNoLogNames = (definition: FunctionDefinition): boolean =>
  isSnapStart(definition) && definition.packageType !== "Image";

/**
 * A container image can contain any runtime: one that requests `/restore/next`, or one without runtime hooks, whose
 * snapshot is taken when it requests an invocation (the label `com.amazonaws.lambda.feature.snapstart` allows that on
 * Lambda).
 *
 * @throws an error that names the property, when SnapStart would not accept the definition.
 */
export function checkSnapStart(definition: FunctionDefinition): void {
  if (!isSnapStart(definition)) return;
  const { version, runtime, packageType } = definition;
  if (version === "$LATEST") {
    throw new Error("function.version: SnapStart needs a published version, not $LATEST");
  }
  if (packageType === "Image") return;
  const [, minor] = /^python3\.(\d+)$/.exec(runtime) ?? [];
  if (Number(minor) >= OLDEST_PYTHON) return;
  throw new Error(
    `function.runtime: ${runtime} has no SnapStart; of the runtimes that run locally, python3.${OLDEST_PYTHON} and later have, ` +
      "and any in a function of package type Image",
  );
}
