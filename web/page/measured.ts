import type { MeasuredRow } from "../api/rows";
import { dollars, lambdaCost, memory } from "./costs";
import { duration } from "./format";

/** An invocation, by its span. */
interface Invoked {
  traceId: string;
  spanId: string;
  /** Bytes; empty if unknown. */
  memorySize: string;
}

/** Lambda's measurements of an invocation as they are shown; `–` for each that is not known yet. */
export interface Measured {
  billed: string;
  memory: string;
  extensions: string;
  cost: string;
}

/** Looks up the measurements of an invocation; undefined if none has arrived. */
export function measuredBySpan(rows: readonly MeasuredRow[]): (invoked: Invoked) => Measured | undefined {
  const key = ({ traceId, spanId }: Pick<Invoked, "traceId" | "spanId">) => `${traceId} ${spanId}`;
  const known = new Map(rows.map((row) => [key(row), row]));
  return (invoked) => {
    const row = known.get(key(invoked));
    return row && shown(row, Number(invoked.memorySize));
  };
}

/** The measurements of an invocation whose metrics have not arrived. */
export const unmeasured: Measured = { billed: "–", memory: "–", extensions: "–", cost: "–" };

function shown({ billedMs, memoryUsed, overheadMs }: MeasuredRow, memorySize: number): Measured {
  const time = (ms: number | null) => (ms === null ? "–" : duration(ms));
  return {
    billed: time(billedMs),
    memory: memoryUsed === null ? "–" : memory(memoryUsed, memorySize),
    extensions: time(overheadMs),
    cost: dollars(lambdaCost(1, (billedMs ?? 0) / 1000, memorySize)),
  };
}
