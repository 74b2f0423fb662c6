import type { LineRow, SpanRow } from "../../../traces/tree";

export const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";

/** A span of the trace; `at` is in milliseconds after noon. */
export function span(spanId: string, parentSpanId: string, at: number, more: Partial<SpanRow> = {}): SpanRow {
  return {
    time: timeAt(at),
    service: "shop",
    name: `span ${spanId}`,
    kind: "Internal",
    status: "Unset",
    statusMessage: "",
    durationMs: 10,
    traceId,
    spanId,
    parentSpanId,
    ...more,
  };
}

/** A line of a span. */
export function line(spanId: string, at: number, body: string, more: Partial<LineRow> = {}): LineRow {
  return { time: timeAt(at), service: "shop", severity: "info", body, traceId, spanId, ...more };
}

function timeAt(milliseconds: number): string {
  const date = new Date(Date.UTC(2026, 0, 31, 12) + milliseconds);
  return date.toISOString().replace("T", " ").replace("Z", "000000");
}
