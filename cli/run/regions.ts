import { checkRegions } from "../../provider/plan/aws/regions";
import { describeProblems } from "../../provider/plan/problem";
import type { Selection } from "../plan/selection";
import { UsageError } from "../plan/usageError";

/**
 * The regions for a command: those of the option, otherwise that of the environment.
 * @throws UsageError if there are none, or one is not a region of AWS.
 */
export function regionsOf(regions: readonly string[] | undefined, selection?: Selection): string[] {
  const given = [...(regions ?? [process.env.AWS_REGION ?? process.env.AWS_DEFAULT_REGION ?? ""])].filter(
    Boolean,
  );
  const { choice, named = [] } = selection ?? {};
  if (given.length === 0) {
    if (choice === undefined && named.length > 0 && named.every(({ region }) => region !== undefined))
      return [];
    throw new UsageError("no region is given: pass --regions, or set AWS_REGION");
  }
  const problems = checkRegions(given);
  if (problems.length > 0) throw new UsageError(`the regions are not valid:\n${describeProblems(problems)}`);
  return given;
}
