import * as pulumi from "@pulumi/pulumi";
import type { ObservedFunctionArgs } from "../args/observedFunction";
import { automaticNames } from "../plan/names/automaticNames";

/**
 * The function's name, or patterns of those that Pulumi may generate for it where the program gives none.
 * @param inProgram names in the program that it has and had.
 * @returns undefined where that cannot be told before there is the function.
 */
export function possibleNames(
  { name }: ObservedFunctionArgs,
  inProgram: readonly string[],
): pulumi.Input<string[]> | undefined {
  return name === undefined ? generatedNames(inProgram) : pulumi.output(name).apply((given) => [given ?? ""]);
}

/** Patterns of the names that Pulumi may generate for the function; undefined where that cannot be told. */
export function generatedNames([name = "", ...former]: readonly string[]): string[] | undefined {
  const autonaming = pulumi.runtime.getConfig("pulumi:autonaming");
  const context = { project: pulumi.getProject(), stack: pulumi.getStack(), autonaming };
  const automatic = automaticNames(name, context);
  if (automatic === undefined) return undefined;
  return [automatic, ...former.flatMap((one) => automaticNames(one, context) ?? [])];
}
