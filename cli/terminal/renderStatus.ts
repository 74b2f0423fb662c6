import Table from "cli-table3";
import { placeOf } from "../plan/functionState";
import { type FunctionStatus, observedSum } from "../plan/status";
import { everyFunction, type SelectionFailure } from "../run/selectFunctions";
import { styled, type Terminal } from "./terminal";

/** Functions with their status. */
export interface StatusReport {
  functions: readonly FunctionStatus[];
  failures: readonly SelectionFailure[];
}

const colours = { command: "green", other: "green", incomplete: "red", none: "yellow" } as const;
const blank = { top: "", "top-mid": "", "top-left": "", "top-right": "", bottom: "", "bottom-mid": "" };
const lines = { "bottom-left": "", "bottom-right": "", left: "", "left-mid": "", mid: "", "mid-mid": "" };
const chars = { ...blank, ...lines, right: "", "right-mid": "", middle: "  " };

/** A line for each function, and the totals. */
export function renderStatus(terminal: Terminal, { functions, failures }: StatusReport): void {
  const { out } = terminal;
  const table = new Table({ chars, style: { head: [], border: [], "padding-left": 0, "padding-right": 0 } });
  const hasDetails = functions.some(({ cloudWatch }) => cloudWatch !== undefined);
  const hasCost = functions.some(({ cost }) => cost !== undefined);
  const more = (details: string, ...cost: string[]) => [
    ...(hasDetails ? [details] : []),
    ...(hasCost ? cost : []),
  ];
  table.push(["FUNCTION", "REGION", "RUNTIME", "OBSERVED", "LAYER", ...more("CLOUDWATCH", "GB", "USD"), ""]);
  for (const { name, region, runtime, observed, layer = "", advice = "", ...rest } of functions) {
    const { gigabytes = 0, dollars = 0 } = rest.cost ?? {};
    const added = more(rest.cloudWatch ?? "", gigabytes.toFixed(2), dollars.toFixed(2));
    table.push([
      name,
      region,
      runtime,
      styled(terminal, out, colours[observed], observed),
      layer,
      ...added,
      advice,
    ]);
  }
  if (functions.length > 0) out.write(`${table.toString().replace(/ +$/gm, "")}\n`);
  for (const one of functions) {
    for (const { text, count } of one.problems ?? []) {
      const line = `${placeOf(one)}: ${text} (${count} times in the last day)`;
      out.write(`${styled(terminal, out, "yellow", line)}\n`);
    }
  }
  for (const { region, name, reason } of failures) out.write(`failed ${name} (${region}): ${reason}\n`);
  if (hasCost) {
    const dollars = functions.reduce((sum, { cost }) => sum + (cost?.dollars ?? 0), 0);
    const stored = functions.reduce((sum, { cost }) => sum + (cost?.clickHouseDollars ?? 0), 0);
    out.write(`CloudWatch Logs took $${dollars.toFixed(2)} for what they took in\n`);
    out.write(`ClickHouse Cloud would take $${stored.toFixed(2)} a month to store it\n`);
  }
  const unread = failures.filter(({ name }) => name === everyFunction).map(({ region }) => region);
  out.write(`${observedSum(functions, unread)}\n`);
}
