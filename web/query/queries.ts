import { filterCondition } from "./filter";
import { Parameters, type Statement } from "./statement";

/** The conditions of every list. Times in milliseconds since 1970, `to` excluded. */
export interface Selection {
  filter: string;
  from: number;
  to: number;
}

const time = "toUnixTimestamp64Milli(Timestamp) AS time";

function within({ from, to }: Selection, parameters: Parameters): string {
  const moment = (ms: number) => `fromUnixTimestamp64Milli(${parameters.add(Math.round(ms), "Int64")})`;
  return `Timestamp >= ${moment(from)} AND Timestamp < ${moment(to)}`;
}

/** The sort order of ClickStack's tables, so that a query for the newest rows ends when it has them. */
const newestFirst = "toStartOfFiveMinutes(Timestamp) DESC, Timestamp DESC";

/** Log rows, newest first: the given number after the first `offset` ones. */
export function logsQuery(selection: Selection, limit: number, offset: number): Statement {
  const parameters = new Parameters();
  const sql = `SELECT ${time}, ServiceName AS service, SeverityText AS severity, Body AS body, TraceId AS traceId,
    SpanId AS spanId, LogAttributes AS attributes, ResourceAttributes AS resource
  FROM otel_logs
  WHERE ${within(selection, parameters)} AND ${filterCondition(selection.filter, "logs", parameters)}
  ORDER BY ${newestFirst} LIMIT ${parameters.add(limit, "UInt32")} OFFSET ${parameters.add(offset, "UInt32")}`;
  return { sql, parameters: parameters.values };
}

/** Length of one step, in milliseconds. */
function stepMs({ from, to }: Selection, steps: number): number {
  return Math.max(1, Math.ceil((to - from) / steps));
}

/** Number of rows by time and severity, in the given number of steps. */
export function histogramQuery(selection: Selection, steps: number): Statement {
  const parameters = new Parameters();
  const step = stepMs(selection, steps);
  const from = parameters.add(Math.round(selection.from), "Int64");
  const sql = `SELECT intDiv(toUnixTimestamp64Milli(Timestamp) - ${from}, ${parameters.add(step, "Int64")}) AS step,
    SeverityText AS severity, count() AS rows
  FROM otel_logs
  WHERE ${within(selection, parameters)} AND ${filterCondition(selection.filter, "logs", parameters)}
  GROUP BY step, severity ORDER BY step`;
  return { sql, parameters: parameters.values };
}

/** Traces, newest first, by the name of their request: number of spans, errors, and whether one was a cold start. */
export function tracesQuery(selection: Selection, limit: number): Statement {
  const parameters = new Parameters();
  const sql = `SELECT TraceId AS traceId, min(toUnixTimestamp64Milli(Timestamp)) AS time,
    argMin(SpanName, (SpanName = 'init', ParentSpanId != '', Timestamp)) AS name, arraySort(groupUniqArray(ServiceName)) AS services, count() AS spans,
    countIf(StatusCode = 'Error') AS errors, max(SpanAttributes['faas.coldstart'] = 'true') AS coldStart,
    (max(toUnixTimestamp64Nano(Timestamp) + Duration) - min(toUnixTimestamp64Nano(Timestamp))) / 1e6 AS durationMs
  FROM otel_traces
  WHERE TraceId IN (
    SELECT TraceId FROM otel_traces
    WHERE ${within(selection, parameters)} AND ${filterCondition(selection.filter, "traces", parameters)}
    GROUP BY TraceId ORDER BY min(Timestamp) DESC LIMIT ${parameters.add(limit, "UInt32")}
  )
  GROUP BY TraceId ORDER BY time DESC`;
  return { sql, parameters: parameters.values };
}

/** The spans of a trace, with their events. */
export function spansQuery(traceId: string): Statement {
  const parameters = new Parameters();
  const sql = `SELECT SpanId AS spanId, ParentSpanId AS parentSpanId, SpanName AS name, SpanKind AS kind,
    ServiceName AS service, StatusCode AS status, StatusMessage AS message,
    toUnixTimestamp64Nano(Timestamp) / 1e6 AS startMs, Duration / 1e6 AS durationMs, SpanAttributes AS attributes,
    ${memorySize},
    arrayMap((time, name, values) -> (toUnixTimestamp64Nano(time) / 1e6, name, values),
      Events.Timestamp, Events.Name, Events.Attributes) AS events
  FROM otel_traces WHERE TraceId = ${parameters.add(traceId)} ORDER BY Timestamp LIMIT 10000`;
  return { sql, parameters: parameters.values };
}

/** The log rows of a trace, oldest first. */
export function traceLogsQuery(traceId: string): Statement {
  const parameters = new Parameters();
  const sql = `SELECT toUnixTimestamp64Nano(Timestamp) / 1e6 AS time, ServiceName AS service, SeverityText AS severity,
    Body AS body, SpanId AS spanId, LogAttributes AS attributes
  FROM otel_logs WHERE TraceId = ${parameters.add(traceId)} ORDER BY Timestamp LIMIT 10000`;
  return { sql, parameters: parameters.values };
}

const memorySize = "ResourceAttributes['faas.max_memory'] AS memorySize";

/** The newest invocations by their spans. */
function newestInvocations(selection: Selection, limit: number, parameters: Parameters): string {
  return `FROM otel_traces
  WHERE ${invocations} AND ${within(selection, parameters)} AND ${filterCondition(selection.filter, "traces", parameters)}
  ORDER BY Timestamp DESC LIMIT ${parameters.add(limit, "UInt32")}`;
}

/** Invocations by their spans, newest first. */
export function invocationsQuery(selection: Selection, limit: number): Statement {
  const parameters = new Parameters();
  const attribute = (name: string) => `SpanAttributes['${name}']`;
  const sql = `SELECT ${time}, ServiceName AS service, SpanName AS name, TraceId AS traceId, SpanId AS spanId,
    Duration / 1e6 AS durationMs, StatusCode AS status, StatusMessage AS message,
    ${attribute("faas.invocation_id")} AS invocationId, ${attribute("faas.coldstart")} = 'true' AS coldStart,
    ${attribute("faas.trigger")} AS trigger, ${memorySize}
  ${newestInvocations(selection, limit, parameters)}`;
  return { sql, parameters: parameters.values };
}

/** Lambda's measurements of the invocations that {@link invocationsQuery} lists. */
export function measuredQuery(selection: Selection, limit: number): Statement {
  const parameters = new Parameters();
  // Metrics have the time at which they were sent, which is later than the invocation, by minutes if its environment was frozen.
  const since = `toDateTime(${parameters.add(Math.floor(selection.from / 1000), "Int64")})`;
  const listed = `SELECT TraceId, SpanId ${newestInvocations(selection, limit, parameters)}`;
  const sql = measured(`TimeUnix >= ${since}`, `(traceId, spanId) IN (${listed})`);
  return { sql, parameters: parameters.values };
}

/** Lambda's measurements of the invocations in a trace. */
export function traceMeasuredQuery(traceId: string): Statement {
  const parameters = new Parameters();
  const id = parameters.add(traceId);
  // An idle environment ends within a day.
  const sql = `WITH (SELECT (min(Timestamp), max(Timestamp)) FROM otel_traces WHERE TraceId = ${id}) AS ends
  ${measured("TimeUnix >= toDateTime(ends.1) AND TimeUnix < ends.2 + toIntervalDay(1)", `traceId = ${id}`)}`;
  return { sql, parameters: parameters.values };
}

const MEASURED = {
  sum: "aws.lambda.billed_duration",
  gauge: "faas.mem_usage",
  histogram: "aws.lambda.extension_overhead",
} as const;

/** The measurements of single invocations, which are the exemplars of three metrics. A request that was sent twice may be stored twice. */
function measured(when: string, which: string): string {
  const value = (metric: string, factor: string) => `maxOrNullIf(value, metric = '${metric}')${factor}`;
  const tables = Object.entries(MEASURED).map(
    ([kind, metric]) => `SELECT '${metric}' AS metric, traceId, spanId, value
    FROM otel_metrics_${kind}
    ARRAY JOIN Exemplars.TraceId AS traceId, Exemplars.SpanId AS spanId, Exemplars.Value AS value
    WHERE MetricName = '${metric}' AND ${when} AND ${which}`,
  );
  return `SELECT traceId, spanId, ${value(MEASURED.sum, " * 1e3")} AS billedMs, ${value(MEASURED.gauge, "")} AS memoryUsed,
    ${value(MEASURED.histogram, " * 1e3")} AS overheadMs
  FROM (${tables.join("\n    UNION ALL ")})
  GROUP BY traceId, spanId`;
}

/** Maximum concurrency of invocations: starts count up and ends count down, in order of time. */
const concurrency = `arrayMax(arrayCumSum(arrayMap(edge -> edge.2, arraySort(arrayConcat(
      groupArray(100000)((toUnixTimestamp64Nano(Timestamp), toInt8(1))),
      groupArray(100000)((toInt64(toUnixTimestamp64Nano(Timestamp) + Duration), toInt8(-1))))))))`;

/**
 * The extension's measurements of each function, sent once a minute: billed seconds, bytes of memory, milliseconds of extensions
 * per invocation; and the bytes of its log lines.
 */
export function measuresQuery({ from, to }: Selection): Statement {
  const parameters = new Parameters();
  const [start, end] = [from, to].map((ms) => parameters.add(Math.round(ms), "Int64"));
  const during = (column: string) =>
    `${column} >= fromUnixTimestamp64Milli(${start}) AND ${column} < fromUnixTimestamp64Milli(${end})`;
  const sql = `SELECT service, sum(billed) AS billedSeconds, max(used) AS memoryUsed, max(size) AS memorySize,
    if(sum(invocations) = 0, 0, sum(overhead) / sum(invocations)) * 1e3 AS overheadMs, sum(bytes) AS logBytes
  FROM (
    SELECT ServiceName AS service, Value AS billed, 0. AS used, 0. AS size, 0. AS overhead, toUInt64(0) AS invocations,
      toUInt64(0) AS bytes
    FROM otel_metrics_sum WHERE MetricName = 'aws.lambda.billed_duration' AND ${during("TimeUnix")}
    UNION ALL SELECT ServiceName, 0., if(MetricName = 'faas.mem_usage', Value, 0.), if(MetricName = 'faas.mem_usage', 0., Value), 0., 0, 0
    FROM otel_metrics_gauge WHERE MetricName IN ('faas.mem_usage', 'aws.lambda.memory_size') AND ${during("TimeUnix")}
    UNION ALL SELECT ServiceName, 0., 0., 0., Sum, Count, 0
    FROM otel_metrics_histogram WHERE MetricName = 'aws.lambda.extension_overhead' AND ${during("TimeUnix")}
    UNION ALL SELECT ServiceName, 0., 0., 0., 0., 0, length(Body) FROM otel_logs WHERE ${during("Timestamp")}
  )
  GROUP BY service`;
  return { sql, parameters: parameters.values };
}

/**
 * Percentiles of the durations of each function's invocations, in milliseconds, in the given number of steps from the first
 * invocation to the last: with steps over the whole time range, a minute's invocations would fall into one step of an hour.
 */
export function percentilesQuery(selection: Selection, steps: number): Statement {
  const parameters = new Parameters();
  const chosen = `${invocations} AND ${within(selection, parameters)} AND ${filterCondition(selection.filter, "traces", parameters)}`;
  const count = parameters.add(steps, "UInt32");
  const sql = `WITH (SELECT (min(toUnixTimestamp64Milli(Timestamp)), max(toUnixTimestamp64Milli(Timestamp)))
      FROM otel_traces WHERE ${chosen}) AS ends
  SELECT ServiceName AS service,
    intDiv(toUnixTimestamp64Milli(Timestamp) - ends.1, intDiv(ends.2 - ends.1, ${count}) + 1) AS step,
    ${quantile(0.5)} AS p50, ${quantile(0.95)} AS p95, ${quantile(0.99)} AS p99
  FROM otel_traces
  WHERE ${chosen}
  GROUP BY service, step ORDER BY service, step LIMIT 100000`;
  return { sql, parameters: parameters.values };
}

const quantile = (level: number) => `quantile(${level})(Duration) / 1e6`;
/** Which spans are invocations. */
const invocations = "SpanAttributes['faas.invocation_id'] != '' AND SpanKind IN ('Server', 'Consumer')";

/** Each function's invocations: number, failures, cold starts, and durations in milliseconds. */
export function functionsQuery(selection: Selection): Statement {
  const parameters = new Parameters();
  const sql = `SELECT ServiceName AS service, count() AS invocations, countIf(StatusCode = 'Error') AS errors,
    countIf(SpanAttributes['faas.coldstart'] = 'true') AS coldStarts,
    ${concurrency} AS concurrency, ${quantile(0.5)} AS p50, ${quantile(0.95)} AS p95, ${quantile(0.99)} AS p99
  FROM otel_traces
  WHERE ${invocations} AND ${within(selection, parameters)} AND ${filterCondition(selection.filter, "traces", parameters)}
  GROUP BY service ORDER BY invocations DESC LIMIT 1000`;
  return { sql, parameters: parameters.values };
}
