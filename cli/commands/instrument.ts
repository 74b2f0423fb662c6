import type { Command } from "commander";
import { planChange, type Telemetry } from "../plan/change";
import type { ExitCode } from "../plan/exitCodes";
import type { FunctionState } from "../plan/functionState";
import { hasRecord } from "../plan/record";
import { selectionOf } from "../plan/selection";
import { telemetryOf } from "../plan/telemetryOptions";
import { UsageError } from "../plan/usageError";
import type { Planner } from "../run/changeFleet";
import { readFleetFile } from "../run/fleetFile";
import { layersFile } from "../run/layersFile";
import { regionsOf } from "../run/regions";
import { type Needs, type SelectedFunctions, selectFunctions } from "../run/selectFunctions";
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

/** `instrument`: makes functions observed. */
export function instrumentCommand(parent: Command): Command {
  const command = parent
    .command("instrument")
    .summary("add the extension to functions that exist")
    .description(
      "Adds the extension's layer and its settings to existing functions, and a policy for its secrets to their roles: the same change that the Pulumi component ObservedFunction makes. Shows the change of each function and asks for confirmation. A function whose change cannot be completed is not changed.",
    );
  command.option(
    "--from <file>",
    "selections and their settings from a YAML file, instead of the options for both",
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
    {
      about: "A fleet described in a file; running it again shows what differs from the file",
      call: "instrument --from observability.yaml --dry-run",
    },
  ]);
}

/** Runs `instrument`. */
export function runInstrument(
  terminal: Terminal,
  names: readonly string[],
  options: InstrumentOptions,
): Promise<ExitCode> {
  if (options.from !== undefined) return runInstrumentFrom(terminal, names, options, options.from);
  const telemetry = telemetryOf(options, layersFile(options));
  return runFleet({
    terminal,
    names,
    options,
    verb: "Instrument",
    needs: needsOf(options),
    planner: instrumentPlanner(telemetry, options.includeManaged),
  });
}

/** Instruments the functions that a file describes: the first entry that selects a function applies to it. */
async function runInstrumentFrom(
  terminal: Terminal,
  names: readonly string[],
  options: InstrumentOptions,
  file: string,
): Promise<ExitCode> {
  if (names.length > 0) throw new UsageError("--from selects the functions: remove the names");
  const { regions = options.regions, entries } = await readFleetFile(file);
  const planned = entries.map(({ names: named, selection, telemetry }) => ({
    selection: selectionOf(named, selection),
    telemetry: telemetryOf(telemetry, layersFile(telemetry)),
  }));
  const telemetryOfFunction = new Map<string, Telemetry>();
  return runFleet({
    ...{ terminal, names, options, verb: "Instrument" },
    planner: {
      ...instrumentPlanner({}, options.includeManaged),
      plan: (of, policies) =>
        planChange(of, telemetryOfFunction.get(of.arn) ?? {}, {
          policies,
          changesManaged: options.includeManaged ?? false,
        }),
    },
    select: async (plane, found) => {
      const all: SelectedFunctions = { functions: [], failures: [], slow: [] };
      for (const { selection, telemetry } of planned) {
        const earlier = new Set(telemetryOfFunction.keys());
        const isNew = ({ arn }: FunctionState) => !earlier.has(arn);
        const one = await selectFunctions(
          plane,
          selection,
          regionsOf(options.regions ?? regions, selection),
          {
            needs: needsOf(options),
            found: (functions) => {
              for (const { arn } of functions.filter(isNew)) telemetryOfFunction.set(arn, telemetry);
              found(functions.filter(isNew));
            },
          },
        );
        all.failures.push(...one.failures);
        all.slow.push(...one.slow);
        all.functions.push(...one.functions.filter(isNew));
      }
      return all;
    },
  });
}

function needsOf({ includeManaged }: InstrumentOptions): Needs {
  return includeManaged ? "configuration" : "manager";
}

/** Plans the change to an observed function. */
export function instrumentPlanner(telemetry: Telemetry, changesManaged = false): Planner {
  return {
    plan: (of, policies) => planChange(of, telemetry, { policies, changesManaged }),
    // An earlier run may have written a policy that is now obsolete.
    readsPolicies: (plan) => plan.kind === "change" && (plan.policies.length > 0 || hasRecord(plan.function)),
  };
}
