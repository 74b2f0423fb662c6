/** The tables of ClickStack's, all of which the test writes into. */
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

/** Columns of our own records that differ from one run of a function to the next. */
const OF_A_RUN = ["Timestamp", "TraceId", "SpanId", "Events.Timestamp", "ParentSpanId", "Duration"];
const SCOPE = "clickstack-extension";

/** Whether a row is made of a record of the extension's own, not of what the function sent. */
export function isOwn(row: Row): boolean {
  return row.ScopeName === SCOPE;
}

/**
 * A row with what differs by nature between two runs replaced: the execution environment's name in all rows and, in rows
 * of the extension's own records, times, ids and durations. What the function sent with fixed ids stays as it is.
 *
 * @returns nothing for what the extension itself measured
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

/** `path`: column and keys with dots between, whether the attributes are a map with dotted keys or nested JSON. */
function mask(path: string, value: unknown, own: boolean): unknown {
  if (path.endsWith(".faas.instance")) return "<instance>";
  if (Array.isArray(value)) return value.map((element) => mask(path, element, own));
  if (typeof value !== "object" || value === null) return own ? maskAttribute(path, value) : value;
  const entries = Object.entries(value);
  return Object.fromEntries(entries.map(([key, entry]) => [key, mask(`${path}.${key}`, entry, own)]));
}

/** A measured number may be whole in one run only, so its type in JSON is a matter of the run too. */
function maskAttribute(path: string, value: unknown): unknown {
  if (/duration|_ms$|memory/i.test(path) && /^([\d.]+|Int64|Float64)$/.test(String(value)))
    return `<${path}>`;
  if (path.endsWith(".aws.xray.parent_id")) return "<parent>";
  if (typeof value !== "string") return value;
  return value
    .replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, "<request id>")
    .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<time>");
}

/** Rows in an order that does not depend on when they came. */
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
