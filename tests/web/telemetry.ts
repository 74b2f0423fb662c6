import { createClient } from "@clickhouse/client";
import type { EmbeddedClickHouse } from "../../sandbox/clickhouse";

const ago = (seconds: number) => `now64(9) - toIntervalSecond(${seconds})`;

/** The trace that {@link storeTrace} writes. */
export const trace = "a1".repeat(16);
/** HTML that must never become part of the page. */
export const hostile = '<img src=x onerror="document.title=1"><script>document.title = "owned"</script>';

/** Columns of a span's events: the exception that made it fail. */
function events(started: number, error: string): string {
  if (error === "") return "[], [], []";
  const [type = "", message = ""] = error.split(": ");
  const attributes = `map('exception.type', '${type}', 'exception.message', '${message}', 'exception.stacktrace', 'at charge')`;
  return `[${ago(started)}], ['exception'], [${attributes}]`;
}

/** Measurements of the first span's invocation; those of the other one have not arrived. */
const measured = { billed: 0.121, memory: 48 * 1024 ** 2, overhead: 0.025 } as const;

/** Columns of a metric's exemplars: one, or none. */
function exemplars(value?: number): string {
  if (value === undefined) return "[], [], [], []";
  return `[now() - 50], [${value}], ['1111111111111111'], ['${trace}']`;
}

const exemplarColumns = "Exemplars.TimeUnix, Exemplars.Value, Exemplars.SpanId, Exemplars.TraceId";

/** A trace of two functions with lines, an error, and a line that tries to be HTML. */
export async function storeTrace(clickhouse: EmbeddedClickHouse, password: string): Promise<void> {
  const client = createClient({ url: clickhouse.httpUrl, username: "default", password });
  const span = (
    id: string,
    parent: string,
    name: string,
    service: string,
    ms: number,
    error: string,
    { started = 60, attributes = `'faas.invocation_id', '${id}', 'faas.trigger', 'http'` } = {},
  ) =>
    `(${ago(started)}, '${trace}', '${id}', '${parent}', '${name}', 'Server', '${service}', ${ms * 1e6}, '${error ? "Error" : "Unset"}', '${error}', map('faas.coldstart', 'true', ${attributes}), map('faas.max_memory', '268435456'), ${events(started, error)})`;
  const line = (id: string, service: string, severity: string, body: string) =>
    `(${ago(59)}, '${trace}', '${id}', '${severity}', '${service}', '${body}', map('faas.name', '${service}'), map('faas.invocation_id', '${id}'))`;
  const spans = [
    span("1111111111111111", "", "GET /orders", "shop", 120, ""),
    // A cold start: it began before the request's own span.
    span("3333333333333333", "1111111111111111", "init", "shop", 80, "", {
      started: 61,
      attributes: "'faas.name', 'shop'",
    }),
    span(
      "2222222222222222",
      "1111111111111111",
      "charge",
      "payments",
      40,
      "TypeError: the order has no customer",
    ),
  ];
  const lines = [
    line("1111111111111111", "shop", "info", "an order came in"),
    line("1111111111111111", "shop", "info", hostile),
    line("2222222222222222", "payments", "error", "the order has no customer"),
  ];
  await client.command({
    query: `INSERT INTO otel_traces (Timestamp, TraceId, SpanId, ParentSpanId, SpanName, SpanKind, ServiceName, Duration, StatusCode, StatusMessage, SpanAttributes, ResourceAttributes, Events.Timestamp, Events.Name, Events.Attributes) VALUES ${spans.join(", ")}`,
  });
  await client.command({
    query: `INSERT INTO otel_logs (Timestamp, TraceId, SpanId, SeverityText, ServiceName, Body, ResourceAttributes, LogAttributes) VALUES ${lines.join(", ")}`,
  });
  const metric = (name: string, value: number, single?: number) =>
    `('shop', '${name}', now() - 30, ${value}, ${exemplars(single)})`;
  for (const [table, values] of [
    ["sum", [metric("aws.lambda.billed_duration", 2, measured.billed)]],
    [
      "gauge",
      [
        metric("faas.mem_usage", 64 * 1024 ** 2, measured.memory),
        metric("aws.lambda.memory_size", 256 * 1024 ** 2),
      ],
    ],
  ] as const)
    await client.command({
      query: `INSERT INTO otel_metrics_${table} (ServiceName, MetricName, TimeUnix, Value, ${exemplarColumns}) VALUES ${values.join(", ")}`,
    });
  await client.command({
    query: `INSERT INTO otel_metrics_histogram (ServiceName, MetricName, TimeUnix, Count, Sum, ${exemplarColumns}) VALUES ('shop', 'aws.lambda.extension_overhead', now() - 30, 2, 0.05, ${exemplars(measured.overhead)})`,
  });
  await client.close();
}
