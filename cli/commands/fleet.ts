import { AwsClients } from "../aws/clients";
import { processClock } from "../aws/pace";
import type { ExitCode } from "../plan/exitCodes";
import { selectionOf } from "../plan/selection";
import { changeFleet, type FunctionResult, type Planner, planFleet } from "../run/changeFleet";
import { awsControlPlane, type ControlPlane } from "../run/controlPlane";
import { regionsOf } from "../run/regions";
import { type Needs, type SelectedFunctions, selectFunctions } from "../run/selectFunctions";
import { interruption } from "../terminal/interruption";
import { Progress } from "../terminal/progress";
import { type FleetReport, fleetJson, renderDiffs, renderSummary } from "../terminal/renderFleet";
import { confirmed, requireTerminal, type Terminal } from "../terminal/terminal";
import type { CommonOptions, FleetOptions } from "./options";

/** What a command that changes functions needs. */
export interface FleetCommand {
  terminal: Terminal;
  names: readonly string[];
  options: FleetOptions;
  planner: Planner;
  /** What the plans need of functions that are not named; all of it where this is not given. */
  needs?: Needs;
  /** Finds the functions in place of names and options. */
  select?: (plane: ControlPlane) => Promise<SelectedFunctions>;
  /** What is done with the functions, such as `Instrument`, for the question. */
  verb: string;
  /** Done once all functions are changed, or need no change; gives the results then. */
  finish?: (clients: AwsClients, results: readonly FunctionResult[]) => Promise<FunctionResult[]>;
}

/** Selects functions, shows what is to be changed, asks, changes, and reports. */
export async function runFleet(command: FleetCommand): Promise<ExitCode> {
  const { terminal, options, planner } = command;
  const select = command.select ?? selectorOf(command);
  const asks = !options.yes && !options.dryRun;
  if (asks) requireTerminal(terminal);
  return withPlane(options, async (plane, clients) => {
    const { functions, failures, slow } = await select(plane);
    const note = slowReading(slow);
    if (note !== undefined) terminal.err.write(`${note}\n`);
    const planned = await planFleet(plane, functions, planner);
    const changes = planned.filter(({ plan }) => plan !== undefined).length;
    if (!options.json || asks)
      renderDiffs(terminal, { results: planned, failures }, asks ? terminal.err : terminal.out);
    const finish = command.finish ?? (async (_: AwsClients, all: readonly FunctionResult[]) => [...all]);
    if (options.dryRun) return report(command, { results: planned, failures });
    if (changes === 0) return report(command, { results: await finish(clients, planned), failures });
    if (asks && !(await confirmed(terminal, `${command.verb} ${changes} functions?`))) return "declined";
    const results = await finish(clients, await change(command, plane, planned, changes));
    return report(command, { results, failures });
  });
}

function selectorOf(command: FleetCommand): (plane: ControlPlane) => Promise<SelectedFunctions> {
  const { names, options, needs = "all" } = command;
  const selection = selectionOf(names, options);
  return async (plane) => selectFunctions(plane, selection, regionsOf(options.regions, selection), { needs });
}

/** Says once why reading takes a request for each function. */
function slowReading(slow: SelectedFunctions["slow"]): string | undefined {
  const [first] = slow;
  const regions = [...new Set(slow.map(({ region }) => region))].join(", ");
  return (
    first &&
    `tags are read function by function, which takes longer, since the Resource Groups Tagging API cannot be asked in ${regions}: ${first.reason}. Allow tag:GetResources`
  );
}

/** Runs with AWS, whose connections end afterwards. */
export async function withPlane<T>(
  options: CommonOptions,
  run: (plane: ControlPlane, clients: AwsClients) => Promise<T>,
): Promise<T> {
  if (options.profile !== undefined) process.env.AWS_PROFILE = options.profile;
  const { endpointUrl: endpoint, requestsPerSecond } = options;
  const clients = new AwsClients({
    ...(endpoint !== undefined && { endpoint }),
    ...(requestsPerSecond !== undefined && { requestsPerSecond }),
  });
  try {
    return await run(awsControlPlane(clients), clients);
  } finally {
    await clients.destroy();
  }
}

async function change(
  { terminal, options }: FleetCommand,
  plane: ControlPlane,
  planned: readonly FunctionResult[],
  total: number,
): Promise<FunctionResult[]> {
  const progress = new Progress(terminal, "changed", total);
  const interrupt = interruption(terminal);
  try {
    return await changeFleet(plane, planned, {
      clock: processClock,
      updateTimeoutMs: options.updateTimeout * 1000,
      concurrency: options.concurrency,
      done: () => progress.step(),
      signal: interrupt.signal,
    });
  } finally {
    progress.end();
    interrupt.end();
  }
}

function report({ terminal, options }: FleetCommand, fleet: FleetReport): ExitCode {
  if (options.json) terminal.out.write(`${JSON.stringify(fleetJson(fleet), undefined, 2)}\n`);
  else renderSummary(terminal, fleet);
  return exitCodeOf(fleet);
}

/** The exit code that stands for what came of all functions: the worst counts. */
export function exitCodeOf({ results, failures }: FleetReport): ExitCode {
  const kinds = new Set(results.map(({ kind }) => kind));
  const incomplete = ["failed", "restored", "unfinished"] as const;
  if (failures.length > 0 || incomplete.some((kind) => kinds.has(kind))) return "incomplete";
  if (kinds.has("skipped")) return "skipped";
  if (kinds.has("planned")) return "different";
  return results.length === 0 ? "nothing" : "done";
}
