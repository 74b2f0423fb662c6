import { type Command, InvalidArgumentError } from "commander";
import type { AwsClients } from "../aws/clients";
import { type ClickHouseOptions, clickHousePlace } from "../clickhouse/connection";
import { assumptions } from "../plan/cost";
import type { ExitCode } from "../plan/exitCodes";
import { selectionOf } from "../plan/selection";
import { statusOf } from "../plan/status";
import { regionsOf } from "../run/regions";
import { selectFunctions } from "../run/selectFunctions";
import { listedPrices, type StatedFunction, withCost, withDetails } from "../run/statusDetails";
import { withProblems } from "../run/statusProblems";
import { renderStatus } from "../terminal/renderStatus";
import type { Terminal } from "../terminal/terminal";
import { withPlane } from "./fleet";
import { withExamples } from "./help";
import { type FleetOptions, withClickHouse, withCommonOptions, withSelection } from "./options";
import { withReader } from "./tail";

/** `status`: which functions are observed. */
export function statusCommand(parent: Command): Command {
  const command = parent
    .command("status")
    .summary("show which functions are observed, and by which layer")
    .description(
      "Shows for each function whether it has the extension, which version of its layer, and whether this command added it. Without a selection it shows all functions of the regions.",
    );
  withClickHouse(withCommonOptions(withSelection(command)))
    .option(
      "--details",
      "newest version of each layer, and whether CloudWatch Logs are denied, which needs requests for each role",
    )
    .option("--cost", "what CloudWatch Logs ingested during the last 30 days, at the region's price")
    .option(
      "--problems",
      "problems with telemetry in the last day: warnings of the extension in CloudWatch Logs and, with --clickhouse, functions without rows and lost records",
    )
    .option("--price <usd>", "with --cost: US dollars per GB, instead of AWS's list price", price);
  return withExamples(command, [
    { about: "All functions of two regions", call: "status --regions eu-west-1,us-east-1" },
    {
      about: "Functions with telemetry problems",
      call: "status --problems --clickhouse https://clickhouse.example.com:8443",
    },
    { about: "What each function's logs cost", call: "status --cost --regions eu-west-1" },
    {
      about: "Names of the functions that are not observed",
      call: `status --json | jq -r '.functions[] | select(.observed == "none") | .name'`,
    },
  ]);
}

function price(text: string): number {
  if (/^\d+(\.\d+)?$/.test(text)) return Number(text);
  throw new InvalidArgumentError("write a number, such as 0.5.");
}

/** The options of `status`. */
export interface StatusOptions extends FleetOptions, ClickHouseOptions {
  details?: boolean;
  problems?: boolean;
  cost?: boolean;
  price?: number;
}

/** Runs `status`. */
export async function runStatus(
  terminal: Terminal,
  names: readonly string[],
  options: StatusOptions,
): Promise<ExitCode> {
  const { tag, runtime, stack, all } = options;
  const isOpen = names.length === 0 && [tag, runtime, stack, all].every((one) => one === undefined);
  const selection = selectionOf(names, isOpen ? { ...options, all: true } : options);
  return withPlane(options, async (plane, clients) => {
    const found = await selectFunctions(plane, selection, regionsOf(options.regions, selection), {
      needs: "configuration",
    });
    let all: StatedFunction[] = found.functions.map((of) => ({ of, status: statusOf(of) }));
    if (options.details) all = await withDetails(clients, plane, all);
    if (options.problems) all = await problems(terminal, clients, all, options);
    if (options.cost) all = await costs(terminal, clients, all, options.price);
    const report = { functions: all.map(({ status }) => status), failures: found.failures };
    if (options.json)
      terminal.out.write(`${JSON.stringify({ formatVersion: 1, ...report }, undefined, 2)}\n`);
    else renderStatus(terminal, report);
    if (report.failures.length > 0) return "incomplete";
    return report.functions.length === 0 ? "nothing" : "done";
  });
}

async function costs(
  terminal: Terminal,
  clients: AwsClients,
  all: readonly StatedFunction[],
  given: number | undefined,
): Promise<StatedFunction[]> {
  const regions = [...new Set(all.map(({ of }) => of.region))];
  const prices = given === undefined ? await listedPrices(clients, regions) : { given };
  const stated = await withCost(clients, all, Date.now(), prices);
  for (const line of assumptions(regions, prices)) terminal.err.write(`${line}\n`);
  return stated;
}

async function problems(
  terminal: Terminal,
  clients: AwsClients,
  all: readonly StatedFunction[],
  options: ClickHouseOptions,
): Promise<StatedFunction[]> {
  const place = clickHousePlace(options, terminal.environment);
  if (place === undefined) return withProblems(clients, all, Date.now());
  return withReader(place, (reader) => withProblems(clients, all, Date.now(), reader));
}
