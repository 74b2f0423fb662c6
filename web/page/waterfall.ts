import type { SpanRow, TraceLogRow } from "../api/rows";

/** A line of the waterfall: a span, or one of its log rows. `start` and `width` are shares of the whole trace. */
export type WaterfallRow =
  | {
      kind: "span";
      depth: number;
      span: SpanRow;
      start: number;
      width: number;
      selfMs: number;
      orphan: boolean;
    }
  | { kind: "log"; depth: number; log: TraceLogRow; start: number };

/** A trace as it is drawn. */
export interface Waterfall {
  rows: WaterfallRow[];
  startMs: number;
  durationMs: number;
}

/**
 * Lays out a trace: parents above their children, both by time, log rows under their spans. A span whose parent is not there is a
 * root and an orphan; log rows of no span come last.
 */
export function layOut(spans: readonly SpanRow[], logs: readonly TraceLogRow[]): Waterfall {
  const startMs = Math.min(...spans.map((span) => span.startMs), ...logs.map(({ time }) => time));
  const endMs = Math.max(
    ...spans.map((span) => span.startMs + span.durationMs),
    ...logs.map(({ time }) => time),
  );
  const durationMs = Math.max(endMs - startMs, 0.001);
  const share = (ms: number) => ms / durationMs;
  const ids = new Set(spans.map(({ spanId }) => spanId));
  const children = grouped(spans, ({ parentSpanId }) => (ids.has(parentSpanId) ? parentSpanId : ""));
  const lines = grouped(logs, ({ spanId }) => (ids.has(spanId) ? spanId : ""));
  const rows: WaterfallRow[] = [];
  const seen = new Set<string>();
  const addLogs = (of: string, depth: number) => {
    for (const log of lines.get(of) ?? [])
      rows.push({ kind: "log", depth, log, start: share(log.time - startMs) });
  };
  const addSpans = (parent: string, depth: number) => {
    for (const span of children.get(parent) ?? []) {
      // Ids that repeat, or parents in a circle, are drawn once.
      if (seen.has(span.spanId)) continue;
      seen.add(span.spanId);
      rows.push({
        kind: "span",
        depth,
        span,
        start: share(span.startMs - startMs),
        width: share(span.durationMs),
        selfMs: selfTime(span, children.get(span.spanId) ?? []),
        orphan: depth === 0 && span.parentSpanId !== "",
      });
      addLogs(span.spanId, depth + 1);
      addSpans(span.spanId, depth + 1);
    }
  };
  addSpans("", 0);
  for (const span of spans) if (!seen.has(span.spanId)) addSpans(span.parentSpanId, 0);
  addLogs("", 0);
  return { rows, startMs, durationMs };
}

/** The time of a span in which none of its children ran. */
function selfTime({ startMs, durationMs }: SpanRow, children: readonly SpanRow[]): number {
  const end = startMs + durationMs;
  const parts = children
    .map(
      (child) => [Math.max(child.startMs, startMs), Math.min(child.startMs + child.durationMs, end)] as const,
    )
    .filter(([from, to]) => to > from)
    .sort(([a], [b]) => a - b);
  let covered = 0;
  let reached = startMs;
  for (const [from, to] of parts) {
    covered += Math.max(0, to - Math.max(from, reached));
    reached = Math.max(reached, to);
  }
  return Math.max(0, durationMs - covered);
}

function grouped<T>(items: readonly T[], keyOf: (item: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
