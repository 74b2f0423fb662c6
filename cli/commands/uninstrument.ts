import type { Command } from "commander";
import { planRemoval } from "../plan/change";
import type { ExitCode } from "../plan/exitCodes";
import type { Planner } from "../run/changeFleet";
import type { Terminal } from "../terminal/terminal";
import { runFleet } from "./fleet";
import { withExamples } from "./help";
import { type FleetOptions, withChange, withCommonOptions, withSelection } from "./options";

/** `uninstrument`: undoes what `instrument` did. */
export function uninstrumentCommand(parent: Command): Command {
  const command = parent
    .command("uninstrument")
    .summary("take back what instrument did")
    .description(
      "Restores the layers, variables and policies that functions had before `instrument`. Later changes by others are kept.",
    );
  withCommonOptions(withChange(withSelection(command)));
  return withExamples(command, [{ about: "One function", call: "uninstrument orders --regions eu-west-1" }]);
}

/** Runs `uninstrument`. */
export function runUninstrument(
  terminal: Terminal,
  names: readonly string[],
  options: FleetOptions,
): Promise<ExitCode> {
  return runFleet({
    ...{ terminal, names, options, verb: "Restore" },
    needs: "configuration",
    planner: removalPlanner,
  });
}

/** Plans the removal. An interrupted run may have left a policy without a record, so every role is read. */
export const removalPlanner: Planner = { plan: planRemoval, readsPolicies: ({ kind }) => kind !== "skipped" };
