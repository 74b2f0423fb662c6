import type { Command } from "commander";
import { planChange, type Telemetry } from "../plan/change";
import type { ExitCode } from "../plan/exitCodes";
import { hasRecord } from "../plan/record";
import { telemetryOf } from "../plan/telemetryOptions";
import type { Planner } from "../run/changeFleet";
import { layersFile } from "../run/layersFile";
import type { Terminal } from "../terminal/terminal";
import { runFleet } from "./fleet";
import { withExamples } from "./help";
import {
  type InstrumentOptions,
  withChange,
  withCommonOptions,
  withSelection,
  withTelemetry,
} from "./options";

/** `instrument`: makes functions observed ones. */
export function instrumentCommand(parent: Command): Command {
  const command = parent
    .command("instrument")
    .summary("add the extension to functions that exist")
    .description(
      "Adds the extension's layer and its settings to functions that exist, and a policy for its secrets to their roles: the same change that the Pulumi component ObservedFunction makes. Shows the change of each function and asks first. A function whose change cannot be completed is left as it was.",
    );
  withCommonOptions(withChange(withTelemetry(withSelection(command))));
  return withExamples(command, [
    {
      about: "See what would change",
      call: "instrument 'orders-*' --endpoint https://clickstack.example.com:4318 --secret arn:aws:secretsmanager:eu-west-1:123456789012:secret:clickstack-AbCdEf --dry-run",
    },
    {
      about: "All functions of a team in two regions, with tracing",
      call: "instrument --tag team=shop --regions eu-west-1,us-east-1 --endpoint https://clickstack.example.com:4318 --trace",
    },
  ]);
}

/** Runs `instrument`. */
export function runInstrument(
  terminal: Terminal,
  names: readonly string[],
  options: InstrumentOptions,
): Promise<ExitCode> {
  const telemetry = telemetryOf(options, layersFile(options));
  return runFleet({
    terminal,
    names,
    options,
    verb: "Instrument",
    planner: instrumentPlanner(telemetry, options.includeManaged),
  });
}

/** Plans the change to an observed function. */
export function instrumentPlanner(telemetry: Telemetry, changesManaged = false): Planner {
  return {
    plan: (of, policies) => planChange(of, telemetry, { policies, changesManaged }),
    // An earlier run may have written a policy that is obsolete now.
    readsPolicies: (plan) => plan.kind === "change" && (plan.policies.length > 0 || hasRecord(plan.function)),
  };
}
