import * as pulumi from "@pulumi/pulumi";
import type { ObservedFunctionArgs } from "../args/observedFunction";
import { automaticNames } from "../plan/names/automaticNames";

/**
 * The function's name, or patterns of the names that Pulumi may generate for it if the program sets none.
 * @param inProgram current and former names in the program.
 * @returns undefined if that is not known before the function exists.
 */
export function possibleNames(
  { name }: ObservedFunctionArgs,
  inProgram: readonly string[],
): pulumi.Input<string[]> | undefined {
  return name === undefined ? generatedNames(inProgram) : pulumi.output(name).apply((given) => [given ?? ""]);
}

/** Patterns of the names that Pulumi may generate for the function; undefined if that is not known. */
export function generatedNames([name = "", ...former]: readonly string[]): string[] | undefined {
  const autonaming = pulumi.runtime.getConfig("pulumi:autonaming");
  const context = { project: pulumi.getProject(), stack: pulumi.getStack(), autonaming };
  const automatic = automaticNames(name, context);
  if (automatic === undefined) return undefined;
  return [automatic, ...former.flatMap((one) => automaticNames(one, context) ?? [])];
}
