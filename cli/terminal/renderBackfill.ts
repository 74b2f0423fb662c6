import { type FunctionState, placeOf } from "../plan/functionState";
import type { StreamResult } from "../run/backfill";
import { styled, type Terminal } from "./terminal";

/** What was sent of a function's history. */
export interface BackfillReport {
  of: Pick<FunctionState, "name" | "region">;
  /** Milliseconds since 1970. */
  from: number;
  until: number;
  results: readonly StreamResult[];
  /** The file with its progress. */
  state: string;
}

/** Totals, skipped parts with reasons, and failures; or the same as JSON. */
export function renderBackfill(
  terminal: Terminal,
  { of, from, until, results, state }: BackfillReport,
  { dryRun, json }: { dryRun: boolean; json: boolean },
): void {
  const { out } = terminal;
  const sum = (key: "lines" | "bytes" | "stored" | "refused" | "repeated") =>
    results.reduce((total, one) => total + (one[key] ?? 0), 0);
  const sums = {
    ...{ lines: sum("lines"), bytes: sum("bytes"), stored: sum("stored") },
    ...{ refused: sum("refused"), repeated: sum("repeated") },
  };
  const sentStreams = results.filter(({ isSent }) => isSent).length;
  const failures = countsOf(results.flatMap(({ failure }) => failure ?? []));
  const streams = results.filter(({ lines }) => lines > 0).length;
  if (json) {
    const range = { from: new Date(from).toISOString(), until: new Date(until).toISOString() };
    const { name, region } = of;
    const all = {
      formatVersion: 1,
      name,
      region,
      ...range,
      dryRun,
      streams,
      ...sums,
      sentStreams,
      failures,
      state,
    };
    out.write(`${JSON.stringify(all, undefined, 2)}\n`);
    return;
  }
  const verb = dryRun ? "to send" : "sent";
  const size = `${(sums.bytes / 1e6).toFixed(1)} MB`;
  for (const [reason, count] of Object.entries(failures)) {
    out.write(`${styled(terminal, out, "red", "failed")} ${count} log streams: ${reason}\n`);
  }
  if (sentStreams > 0) out.write(`${sentStreams} log streams skipped: the extension has sent them\n`);
  if (sums.stored > 0) out.write(`${sums.stored} lines skipped: ClickHouse already has them\n`);
  if (sums.refused > 0) out.write(`${sums.refused} records were refused by the backend\n`);
  if (sums.repeated > 0) {
    out.write(`up to ${sums.repeated} lines may be stored twice: a run was killed while it sent them\n`);
  }
  out.write(`${placeOf(of)}: ${sums.lines} lines (${size}) of ${streams} log streams ${verb}\n`);
}

function countsOf(texts: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const text of texts) counts[text] = (counts[text] ?? 0) + 1;
  return counts;
}
