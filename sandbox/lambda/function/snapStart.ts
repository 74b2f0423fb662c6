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
 * Whether the runtime isn't told log group and stream: a snapshot is restored into environments with streams of their own. Of
 * images AWS says the same, but its runtime interface client for Node.js, from version 4 on, refuses to work without.
 */
export const hasNoLogNames = (definition: FunctionDefinition): boolean =>
  isSnapStart(definition) && definition.packageType !== "Image";

/**
 * A container image may bring any runtime: one that asks for `/restore/next`, or one without runtime hooks, whose snapshot is
 * taken once it asks for an invocation (the label `com.amazonaws.lambda.feature.snapstart` allows that on Lambda).
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
