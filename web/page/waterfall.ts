import type { SpanRow, TraceLogRow } from "../api/rows";

/**
 * A line of the waterfall: a span, one of its events, or one of its log rows. `start` and `width` are fractions of the whole
 * trace.
 */
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
  | { kind: "event"; depth: number; event: SpanEvent; start: number }
  | { kind: "log"; depth: number; log: TraceLogRow; start: number };

/** An event in a span, such as an exception. `time` in milliseconds since 1970. */
export interface SpanEvent {
  time: number;
  name: string;
  attributes: Record<string, string>;
}

/** A part of a trace's time in which no span ran: an environment was frozen, or something was waiting. */
export interface Gap {
  start: number;
  width: number;
  ms: number;
}

/** A trace, laid out for drawing. */
export interface Waterfall {
  rows: WaterfallRow[];
  gaps: Gap[];
  startMs: number;
  durationMs: number;
}

/**
 * Lays out a trace: parents above their children, both by time, events and log rows under their spans. A span whose parent is
 * missing is a root and an orphan; log rows without a span come last.
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
  const addMoments = (of: string, depth: number, span?: SpanRow) => {
    const moments: { time: number; row: WaterfallRow }[] = [];
    for (const log of lines.get(of) ?? [])
      moments.push({ time: log.time, row: { kind: "log", depth, log, start: share(log.time - startMs) } });
    for (const [time, name, attributes] of span?.events ?? []) {
      const event = { time, name, attributes };
      moments.push({ time, row: { kind: "event", depth, event, start: share(time - startMs) } });
    }
    rows.push(...moments.sort((a, b) => a.time - b.time).map(({ row }) => row));
  };
  const addSpans = (parent: string, depth: number) => {
    for (const span of children.get(parent) ?? []) {
      // Repeated ids and circles of parents are drawn once.
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
      addMoments(span.spanId, depth + 1, span);
      addSpans(span.spanId, depth + 1);
    }
  };
  addSpans("", 0);
  for (const span of spans) if (!seen.has(span.spanId)) addSpans(span.parentSpanId, 0);
  addMoments("", 0);
  const gaps = between(spans)
    .map(({ from, to }) => ({ start: share(from - startMs), width: share(to - from), ms: to - from }))
    .filter(({ width }) => width >= LEAST_GAP);
  return { rows, gaps, startMs, durationMs };
}

/** Minimum fraction of a trace for a gap to be shown. */
const LEAST_GAP = 0.02;

/** The times between the first and the last span in which no span ran; log rows before or after them do not make a gap. */
function between(spans: readonly SpanRow[]): { from: number; to: number }[] {
  const from = Math.min(...spans.map(({ startMs }) => startMs));
  const to = Math.max(...spans.map(({ startMs, durationMs }) => startMs + durationMs));
  return spans.length === 0 ? [] : uncovered(from, to - from, spans);
}

/** The time of a span in which none of its children ran. */
function selfTime({ startMs, durationMs }: SpanRow, children: readonly SpanRow[]): number {
  return uncovered(startMs, durationMs, children).reduce((sum, { from, to }) => sum + to - from, 0);
}

/** The parts of a time that no span covers, in milliseconds since 1970. */
function uncovered(
  startMs: number,
  durationMs: number,
  spans: readonly SpanRow[],
): { from: number; to: number }[] {
  const end = startMs + durationMs;
  const parts: { from: number; to: number }[] = [];
  let reached = startMs;
  for (const span of [...spans].sort((a, b) => a.startMs - b.startMs)) {
    const from = Math.min(span.startMs, end);
    if (from > reached) parts.push({ from: reached, to: from });
    reached = Math.max(reached, span.startMs + span.durationMs);
  }
  if (end > reached) parts.push({ from: reached, to: end });
  return parts;
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
