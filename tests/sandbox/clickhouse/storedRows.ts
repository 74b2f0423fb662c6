/** ClickStack's tables; the test writes into all of them. */
export const TABLES = [
  "otel_logs",
  "otel_traces",
  "otel_metrics_gauge",
  "otel_metrics_sum",
  "otel_metrics_histogram",
  "otel_metrics_exponential_histogram",
  "otel_metrics_summary",
];

/** A stored row by column. */
export type Row = Record<string, unknown>;

/** Columns of the extension's own records that differ between runs of a function. */
const OF_A_RUN = ["Timestamp", "TraceId", "SpanId", "Events.Timestamp", "ParentSpanId", "Duration"];
const SCOPE = "clickstack-extension";

/** Whether a row comes from the extension's own record, not from the function's telemetry. */
export function isOwn(row: Row): boolean {
  return row.ScopeName === SCOPE;
}

/**
 * A row in which values that always differ between two runs are replaced: the execution environment's name in all rows and,
 * in rows of the extension's own records, times, ids and durations. The function's telemetry with fixed ids is unchanged.
 *
 * @returns nothing for the extension's own measurements
 */
export function comparable(row: Row): Row[] {
  if (isOwn(row) && "MetricName" in row) return [];
  const masked: Row = { ...row };
  if (isOwn(row)) {
    for (const column of OF_A_RUN) {
      if (column in row) masked[column] = row[column] === "" ? "" : `<${column}>`;
    }
  }
  const cells = Object.entries(masked).map(([column, cell]) => [column, mask(column, cell, isOwn(row))]);
  return [Object.fromEntries(cells)];
}

/** `path`: column and keys joined by dots, both for attributes in a map with dotted keys and in nested JSON. */
function mask(path: string, value: unknown, own: boolean): unknown {
  if (path.endsWith(".faas.instance")) return "<instance>";
  if (Array.isArray(value)) return value.map((element) => mask(path, element, own));
  if (typeof value !== "object" || value === null) return own ? maskAttribute(path, value) : value;
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([key, entry]) => [key, mask(`${path}.${key}`, entry, own)]));
}

/** A measured number may be whole in only one of the runs, so its type in JSON also depends on the run. */
function maskAttribute(path: string, value: unknown): unknown {
  if (/duration|_ms$|memory/i.test(path) && /^([\d.]+|Int64|Float64)$/.test(String(value)))
    return `<${path}>`;
  if (path.endsWith(".aws.xray.parent_id")) return "<parent>";
  if (typeof value !== "string") return value;
  return value
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "<request id>")
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<time>");
}

/** Rows in an order that does not depend on their arrival. */
export function sorted(rows: Row[]): Row[] {
  const keyed = rows.map((row) => ({ row, key: keyOf(row) }));
  keyed.sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0));
  return keyed.map(({ row }) => row);
}

function keyOf(row: Row): string {
  return JSON.stringify(row, (_, value) =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  );
}
