import type { Command } from "commander";
import type { ExitCode } from "../plan/exitCodes";
import { selectionOf } from "../plan/selection";
import { statusOf } from "../plan/status";
import { regionsOf } from "../run/regions";
import { selectFunctions } from "../run/selectFunctions";
import { renderStatus } from "../terminal/renderStatus";
import type { Terminal } from "../terminal/terminal";
import { withPlane } from "./fleet";
import { withExamples } from "./help";
import { type FleetOptions, withCommonOptions, withSelection } from "./options";

/** `status`: which functions are observed. */
export function statusCommand(parent: Command): Command {
  const command = parent
    .command("status")
    .summary("show which functions are observed, and by which layer")
    .description(
      "Shows for each function whether it has the extension, which version of its layer, and whether this command added it. Without a selection it shows all functions of the regions.",
    );
  withCommonOptions(withSelection(command));
  return withExamples(command, [
    { about: "All functions of two regions", call: "status --regions eu-west-1,us-east-1" },
    {
      about: "Names of the functions that are not observed",
      call: `status --json | jq -r '.functions[] | select(.observed == "none") | .name'`,
    },
  ]);
}

/** Runs `status`. */
export async function runStatus(
  terminal: Terminal,
  names: readonly string[],
  options: FleetOptions,
): Promise<ExitCode> {
  const { tag, runtime, stack, all } = options;
  const isOpen = names.length === 0 && [tag, runtime, stack, all].every((one) => one === undefined);
  const selection = selectionOf(names, isOpen ? { ...options, all: true } : options);
  return withPlane(options, async (plane) => {
    const found = await selectFunctions(plane, selection, regionsOf(options.regions, selection), false);
    const report = { functions: found.functions.map(statusOf), failures: found.failures };
    if (options.json)
      terminal.out.write(`${JSON.stringify({ formatVersion: 1, ...report }, undefined, 2)}\n`);
    else renderStatus(terminal, report);
    if (report.failures.length > 0) return "incomplete";
    return report.functions.length === 0 ? "nothing" : "done";
  });
}
