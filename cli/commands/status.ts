import { type Command, InvalidArgumentError } from "commander";
import { assumptions } from "../plan/cost";
import type { ExitCode } from "../plan/exitCodes";
import { selectionOf } from "../plan/selection";
import { statusOf } from "../plan/status";
import { regionsOf } from "../run/regions";
import { selectFunctions } from "../run/selectFunctions";
import { type StatedFunction, withCost, withDetails } from "../run/statusDetails";
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
  withCommonOptions(withSelection(command))
    .option(
      "--details",
      "newest version of each layer, and whether CloudWatch Logs are denied, which takes requests for each role",
    )
    .option("--cost", "what CloudWatch Logs took in during the last 30 days, at the region's price")
    .option("--price <usd>", "with --cost: US dollars for a GB, in place of AWS's list price", price);
  return withExamples(command, [
    { about: "All functions of two regions", call: "status --regions eu-west-1,us-east-1" },
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

/** What `status` is called with. */
export interface StatusOptions extends FleetOptions {
  details?: boolean;
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
    const found = await selectFunctions(plane, selection, regionsOf(options.regions, selection), false);
    let all: StatedFunction[] = found.functions.map((of) => ({ of, status: statusOf(of) }));
    if (options.details) all = await withDetails(clients, plane, all);
    if (options.cost) all = await withCost(clients, all, Date.now(), options.price);
    const report = { functions: all.map(({ status }) => status), failures: found.failures };
    const regions = [...new Set(report.functions.map(({ region }) => region))];
    if (options.cost) for (const line of assumptions(regions, options.price)) terminal.err.write(`${line}\n`);
    if (options.json)
      terminal.out.write(`${JSON.stringify({ formatVersion: 1, ...report }, undefined, 2)}\n`);
    else renderStatus(terminal, report);
    if (report.failures.length > 0) return "incomplete";
    return report.functions.length === 0 ? "nothing" : "done";
  });
}
