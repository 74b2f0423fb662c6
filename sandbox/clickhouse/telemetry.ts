import type { QuerySource } from "./index";

/** A log record in readable form. */
export interface StoredLog {
  /** UTC with nine decimals: `2026-01-31 12:00:00.000000000`. */
  readonly time: string;
  readonly service: string;
  readonly severity: string;
  readonly body: string;
  /** Request id of the invocation; empty if the record belongs to none. */
  readonly invocationId: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly resource: Readonly<Record<string, string>>;
}

/** A span in readable form. */
export interface StoredSpan {
  /** UTC with nine decimals. */
  readonly time: string;
  readonly service: string;
  readonly name: string;
  readonly kind: string;
  readonly status: string;
  readonly statusMessage: string;
  readonly durationMs: number;
  readonly invocationId: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly attributes: Readonly<Record<string, string>>;
}

/** Number of rows of a service. */
export interface ServiceCount {
  readonly service: string;
  readonly count: number;
}

/** Which rows to read. */
export interface TelemetryFilter {
  /** `service.name`. Default: every service. */
  readonly service?: string;
  /** Request id of one invocation. Default: every invocation, and rows without one. */
  readonly invocationId?: string;
}

/** Condition for a filter; an empty value stands for "any". */
function condition(attributes: string): string {
  return `({service:String} = '' OR ServiceName = {service:String})
    AND ({invocationId:String} = '' OR ${attributes}['faas.invocation_id'] = {invocationId:String})`;
}

function parameters(filter: TelemetryFilter): Record<string, string> {
  return { service: filter.service ?? "", invocationId: filter.invocationId ?? "" };
}

/** Log records, oldest first. */
export function readLogs(source: QuerySource, filter: TelemetryFilter = {}): Promise<StoredLog[]> {
  return source.query(
    `SELECT toString(Timestamp, 'UTC') AS time, ServiceName AS service, SeverityText AS severity, Body AS body,
      LogAttributes['faas.invocation_id'] AS invocationId, TraceId AS traceId, SpanId AS spanId,
      LogAttributes AS attributes, ResourceAttributes AS resource
    FROM otel_logs WHERE ${condition("LogAttributes")} ORDER BY Timestamp`,
    parameters(filter),
  );
}

/** Spans, oldest first. */
export function readSpans(source: QuerySource, filter: TelemetryFilter = {}): Promise<StoredSpan[]> {
  return source.query(
    `SELECT toString(Timestamp, 'UTC') AS time, ServiceName AS service, SpanName AS name, SpanKind AS kind,
      StatusCode AS status, StatusMessage AS statusMessage, Duration / 1e6 AS durationMs, SpanAttributes['faas.invocation_id'] AS invocationId,
      TraceId AS traceId, SpanId AS spanId, ParentSpanId AS parentSpanId, SpanAttributes AS attributes
    FROM otel_traces WHERE ${condition("SpanAttributes")} ORDER BY Timestamp`,
    parameters(filter),
  );
}

/** Number of log records per service, by its name. */
export function countLogs(source: QuerySource): Promise<ServiceCount[]> {
  return source.query(
    "SELECT ServiceName AS service, count() AS count FROM otel_logs GROUP BY service ORDER BY service",
  );
}

/** Number of spans per service, by its name. */
export function countSpans(source: QuerySource): Promise<ServiceCount[]> {
  return source.query(
    "SELECT ServiceName AS service, count() AS count FROM otel_traces GROUP BY service ORDER BY service",
  );
}
