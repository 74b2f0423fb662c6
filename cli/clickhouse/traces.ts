import type { LineRow, SpanRow } from "../../traces/tree";
import { nameCondition } from "./lines";
import type { Statement } from "./statement";

/** A row of {@link traceSpansStatement}. */
export type StoredSpan = SpanRow;

/** A row of {@link traceLinesStatement}. */
export type StoredLine = LineRow;

/** Id of the newest trace, of certain functions where names are given; no row where there is none. */
export function lastTraceStatement(names: readonly string[]): Statement {
  const { condition, parameters } = nameCondition(names);
  const sql = `SELECT TraceId AS traceId FROM otel_traces WHERE TraceId != '' AND ${condition} ORDER BY Timestamp DESC LIMIT 1`;
  return { sql, parameters };
}

/** The spans of a trace. */
export function traceSpansStatement(traceId: string): Statement {
  const sql = `SELECT toString(Timestamp, 'UTC') AS time, ServiceName AS service, SpanName AS name, SpanKind AS kind,
      StatusCode AS status, StatusMessage AS statusMessage, Duration / 1e6 AS durationMs, TraceId AS traceId,
      SpanId AS spanId, ParentSpanId AS parentSpanId
    FROM otel_traces WHERE TraceId = {traceId:String} ORDER BY Timestamp`;
  return { sql, parameters: { traceId } };
}

/** The log lines of a trace. */
export function traceLinesStatement(traceId: string): Statement {
  const sql = `SELECT toString(Timestamp, 'UTC') AS time, ServiceName AS service, SeverityText AS severity, Body AS body,
      TraceId AS traceId, SpanId AS spanId
    FROM otel_logs WHERE TraceId = {traceId:String} ORDER BY Timestamp`;
  return { sql, parameters: { traceId } };
}
