/** The columns of `otel_traces` that a tree needs. */
export interface SpanRow {
  /** UTC with up to nine decimals: `2026-01-31 12:00:00.000000000`. */
  readonly time: string;
  readonly service: string;
  readonly name: string;
  /** `Server`, `Client`, `Consumer`, `Producer` or `Internal`. */
  readonly kind: string;
  /** `Unset`, `Ok` or `Error`. */
  readonly status: string;
  readonly statusMessage?: string;
  readonly durationMs: number;
  readonly traceId: string;
  readonly spanId: string;
  /** Empty at a root. */
  readonly parentSpanId: string;
}

/** The columns of `otel_logs` that a tree needs. */
export interface LineRow {
  readonly time: string;
  readonly service: string;
  readonly severity: string;
  readonly body: string;
  readonly traceId: string;
  readonly spanId: string;
}

/** A span with its lines and the spans below it, both oldest first. */
export interface SpanNode {
  readonly span: SpanRow;
  readonly lines: readonly LineRow[];
  readonly children: readonly SpanNode[];
}

/** A trace as HyperDX draws it. */
export interface TraceTree {
  readonly traceId: string;
  /** Spans without a parent, and those whose parent is not stored: HyperDX draws both as roots. */
  readonly roots: readonly SpanNode[];
  /** Spans whose parent is not stored. */
  readonly orphanSpans: readonly SpanRow[];
  /** Lines that are not drawn: without a span, of a span that is not stored, or too far away from the trace. */
  readonly orphanLines: readonly LineRow[];
}

/** The one-line summary of a trace. */
export interface TraceSummary {
  /** Services that have spans in it. */
  readonly functions: number;
  readonly spans: number;
  /** Lines that are drawn. */
  readonly lines: number;
  readonly roots: number;
  readonly orphans: number;
}

/** HyperDX reads the rows around the one that was opened (`DBTraceWaterfallChart.tsx`): an hour in each direction. */
const windowMs = 3_600_000;

/**
 * Puts the rows of a trace together as HyperDX does: spans by their parents' ids, lines below the span of the same id.
 * @param spans rows of any traces; those of others are ignored, as are repeated ones.
 */
export function traceTree(traceId: string, spans: readonly SpanRow[], lines: readonly LineRow[]): TraceTree {
  const own = sorted([
    ...new Map(
      spans.filter((span) => span.traceId === traceId).map((span) => [span.spanId, span] as const),
    ).values(),
  ]);
  const stored = new Set(own.map(({ spanId }) => spanId));
  const begin = own[0] === undefined ? 0 : milliseconds(own[0].time);
  const isDrawn = ({ spanId, time }: LineRow): boolean =>
    stored.has(spanId) && Math.abs(milliseconds(time) - begin) <= windowMs;
  const ownLines = sorted(lines.filter((line) => line.traceId === traceId));
  const linesOf = grouped(ownLines.filter(isDrawn), ({ spanId }) => spanId);
  const isRoot = ({ spanId, parentSpanId }: SpanRow): boolean =>
    !stored.has(parentSpanId) || parentSpanId === spanId;
  const childrenOf = grouped(
    own.filter((span) => !isRoot(span)),
    ({ parentSpanId }) => parentSpanId,
  );
  const node = (span: SpanRow): SpanNode => ({
    span,
    lines: linesOf.get(span.spanId) ?? [],
    children: (childrenOf.get(span.spanId) ?? []).map(node),
  });
  return {
    traceId,
    roots: own.filter(isRoot).map(node),
    orphanSpans: own.filter((span) => span.parentSpanId !== "" && isRoot(span)),
    orphanLines: ownLines.filter((line) => !isDrawn(line)),
  };
}

/** Counts a tree. */
export function summarizeTrace({ roots, orphanSpans, orphanLines }: TraceTree): TraceSummary {
  const nodes = roots.flatMap(nodesOf);
  return {
    functions: new Set(nodes.map(({ span }) => span.service)).size,
    spans: nodes.length,
    lines: nodes.reduce((sum, { lines }) => sum + lines.length, 0),
    roots: roots.length,
    orphans: orphanSpans.length + orphanLines.length,
  };
}

/** A node and all below it, in the order in which they are drawn. */
export function nodesOf(node: SpanNode): SpanNode[] {
  return [node, ...node.children.flatMap(nodesOf)];
}

/** Milliseconds since 1970, with their fraction. */
export function milliseconds(time: string): number {
  const [seconds = "", fraction = ""] = time.split(".");
  return Date.parse(`${seconds.replace(" ", "T")}Z`) + Number(`0.${fraction || "0"}`) * 1000;
}

function sorted<Row extends { time: string }>(rows: readonly Row[]): Row[] {
  return [...rows].sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
}

function grouped<Row>(rows: readonly Row[], key: (row: Row) => string): Map<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) groups.set(key(row), [...(groups.get(key(row)) ?? []), row]);
  return groups;
}
