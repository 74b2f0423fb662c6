import { placeOf } from "../plan/functionState";
import { hasRecord } from "../plan/record";
import { diffOf } from "../plan/shownChange";
import type { FunctionResult } from "../run/changeFleet";
import type { SelectionFailure } from "../run/selectFunctions";
import { styled, type Terminal } from "./terminal";

/** The results of a command or its dry run. */
export interface FleetReport {
  results: readonly FunctionResult[];
  failures: readonly SelectionFailure[];
}

const colours = { "+": "green", "-": "red", "~": "yellow" } as const;

/** The change of every function with one, with warnings. */
export function renderDiffs(terminal: Terminal, { results }: FleetReport, output = terminal.out): void {
  for (const { function: of, plan } of results) {
    if (plan === undefined) continue;
    const drift = hasRecord(plan.before) && hasRecord(plan.after) ? "  differs from what was requested" : "";
    output.write(`${styled(terminal, output, "bold", placeOf(of))}${drift}\n`);
    for (const { sign, subject, text } of diffOf(plan)) {
      output.write(`${styled(terminal, output, colours[sign], `  ${sign} ${subject} ${text}`)}\n`);
    }
    for (const { propertyPath, reason } of plan.warnings) {
      output.write(`${styled(terminal, output, "yellow", `  ! ${propertyPath}: ${reason}`)}\n`);
    }
  }
}

/** A line for each function that should have been changed but was not, and the totals. */
export function renderSummary(terminal: Terminal, { results, failures }: FleetReport): void {
  const { out } = terminal;
  for (const { function: of, kind, reasons } of results) {
    if (reasons.length === 0) continue;
    const colour = kind === "skipped" ? "yellow" : "red";
    for (const reason of reasons)
      out.write(`${styled(terminal, out, colour, kind)} ${placeOf(of)}: ${reason}\n`);
  }
  for (const { name, region, reason } of failures) {
    out.write(`${styled(terminal, out, "red", "failed")} ${placeOf({ name, region })}: ${reason}\n`);
  }
  out.write(`${summaryOf({ results, failures })}\n`);
}

/** Counts by result, such as `3 changed, 1 skipped`. */
export function summaryOf(report: FleetReport): string {
  const parts = Object.entries(countsOf(report)).map(([kind, count]) => `${count} ${kind}`);
  return parts.length === 0 ? "no functions" : parts.join(", ");
}

/** The number of functions of each kind. */
export function countsOf({ results, failures }: FleetReport): Record<string, number> {
  const kinds = [...results.map(({ kind }) => kind), ...failures.map(() => "failed")];
  const counts: Record<string, number> = {};
  for (const kind of kinds) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

/** The same as plain data, for programs. It contains no value of a variable that may be a key. */
export function fleetJson({ results, failures }: FleetReport) {
  return {
    formatVersion: 1,
    functions: results.map(({ function: { name, region }, kind, reasons, plan }) => ({
      name,
      region,
      result: kind,
      reasons,
      changes: plan === undefined ? [] : diffOf(plan),
    })),
    failures,
    counts: countsOf({ results, failures }),
  };
}
