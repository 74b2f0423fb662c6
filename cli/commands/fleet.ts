import { AwsClients } from "../aws/clients";
import { processClock } from "../aws/pace";
import type { ExitCode } from "../plan/exitCodes";
import type { FunctionState } from "../plan/functionState";
import { selectionOf } from "../plan/selection";
import { changeFleet, type FunctionResult, type Planner, planFleet } from "../run/changeFleet";
import { awsControlPlane, type ControlPlane, type WrittenPolicy } from "../run/controlPlane";
import { FleetChanger, inOrder } from "../run/fleetChanger";
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
  /** What the plans need to know about functions that are not named; everything by default. */
  needs?: Needs;
  /** Finds the functions instead of names and options. `found` receives those of a region as soon as they are read. */
  select?: (
    plane: ControlPlane,
    found: (functions: readonly FunctionState[]) => void,
  ) => Promise<SelectedFunctions>;
  /** The action, such as `Instrument`, for the confirmation question. */
  verb: string;
  /** Runs once all functions are changed, or need no change; returns the final results. */
  finish?: (clients: AwsClients, results: readonly FunctionResult[]) => Promise<FunctionResult[]>;
}

/** Selects functions, shows the changes, asks for confirmation, applies them, and reports. */
export async function runFleet(command: FleetCommand): Promise<ExitCode> {
  const { terminal, options, finish = async (_, all) => [...all] } = command;
  const select = command.select ?? selectorOf(command);
  const asks = !options.yes && !options.dryRun;
  if (asks) requireTerminal(terminal);
  return withPlane(options, async (plane, clients) => {
    const fleet =
      asks || options.dryRun
        ? await changeWhenAsked({ ...command, select }, plane)
        : await changeAsRead({ ...command, select }, plane);
    if (fleet === undefined) return "declined";
    if (options.dryRun) return report(command, fleet);
    noteLateRole(terminal, await plane.untilShown(processClock));
    return report(command, { ...fleet, results: await finish(clients, fleet.results) });
  });
}

type SelectingCommand = FleetCommand & Required<Pick<FleetCommand, "select">>;

/** Shows all changes and applies them once confirmed; undefined if they are not. A dry run applies none. */
async function changeWhenAsked(
  command: SelectingCommand,
  plane: ControlPlane,
): Promise<FleetReport | undefined> {
  const { terminal, options, planner, verb } = command;
  const { functions, failures, slow } = await command.select(plane, () => {});
  noteSlowReading(terminal, slow);
  const planned = await planFleet(plane, functions, planner);
  const changes = planned.filter(({ plan }) => plan !== undefined).length;
  if (options.dryRun) {
    if (!options.json) renderDiffs(terminal, { results: planned, failures });
    return { results: planned, failures };
  }
  renderDiffs(terminal, { results: planned, failures }, terminal.err);
  if (changes === 0) return { results: planned, failures };
  if (!(await confirmed(terminal, `${verb} ${changes} functions?`))) return undefined;
  const { fleetOptions, progress, end } = changing(command);
  progress.add(changes);
  try {
    return { results: await changeFleet(plane, planned, fleetOptions), failures };
  } finally {
    end();
  }
}

/** Changes the functions of a region while others are being read, which takes a while for many functions. */
async function changeAsRead(command: SelectingCommand, plane: ControlPlane): Promise<FleetReport> {
  const { terminal, options, planner } = command;
  const { fleetOptions, progress, end } = changing(command);
  const changer = new FleetChanger(plane, planner, {
    ...fleetOptions,
    planned: (changes) => progress.add(changes),
  });
  try {
    const { functions, failures, slow } = await command.select(plane, (found) => changer.begin(found));
    noteSlowReading(terminal, slow);
    const planned = inOrder(await changer.planned(), functions);
    progress.clear();
    if (!options.json) renderDiffs(terminal, { results: planned, failures });
    return { results: inOrder(await changer.changed(), functions), failures };
  } finally {
    await changer.settled();
    end();
  }
}

function selectorOf(command: FleetCommand): SelectingCommand["select"] {
  const { names, options, needs = "all" } = command;
  const selection = selectionOf(names, options);
  return async (plane, found) =>
    selectFunctions(plane, selection, regionsOf(options.regions, selection), { needs, found });
}

/** Explains once why reading needs a request for each function. */
function noteSlowReading({ err }: Terminal, slow: SelectedFunctions["slow"]): void {
  const [first] = slow;
  if (first === undefined) return;
  const regions = [...new Set(slow.map(({ region }) => region))].join(", ");
  err.write(
    `tags are read function by function, which takes longer, since the Resource Groups Tagging API cannot be asked in ${regions}: ${first.reason}. Allow tag:GetResources\n`,
  );
}

function noteLateRole({ err }: Terminal, written: WrittenPolicy | undefined): void {
  if (written === undefined) return;
  err.write(
    `IAM does not show the change of policy ${written.name} of role ${written.of.role} yet. Wait a minute before the next command that goes by it\n`,
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

/** The options for changing functions, with progress that is shown until `end`. */
function changing({ terminal, options }: FleetCommand) {
  const progress = new Progress(terminal, "changed");
  const interrupt = interruption(terminal);
  const fleetOptions = {
    clock: processClock,
    updateTimeoutMs: options.updateTimeout * 1000,
    concurrency: options.concurrency,
    done: () => progress.step(),
    signal: interrupt.signal,
  };
  const end = () => {
    progress.end();
    interrupt.end();
  };
  return { fleetOptions, progress, end };
}

function report({ terminal, options }: FleetCommand, fleet: FleetReport): ExitCode {
  if (options.json) terminal.out.write(`${JSON.stringify(fleetJson(fleet), undefined, 2)}\n`);
  else renderSummary(terminal, fleet);
  return exitCodeOf(fleet);
}

/** The exit code for the results of all functions: the worst one determines it. */
export function exitCodeOf({ results, failures }: FleetReport): ExitCode {
  const kinds = new Set(results.map(({ kind }) => kind));
  const incomplete = ["failed", "restored", "unfinished"] as const;
  if (failures.length > 0 || incomplete.some((kind) => kinds.has(kind))) return "incomplete";
  if (kinds.has("skipped")) return "skipped";
  if (kinds.has("planned")) return "different";
  return results.length === 0 ? "nothing" : "done";
}
