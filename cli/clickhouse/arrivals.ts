import type { Arrivals } from "../plan/arrivals";
import { requiredAttributes } from "../plan/arrivals";
import type { RowReader } from "./connection";
import type { Statement } from "./statement";

/** The rows to look for: of a function, since a moment in milliseconds since 1970, of one invocation or all. */
export interface ArrivalSelection {
  name: string;
  region: string;
  since: number;
  requestId?: string;
}

/** Reads what ClickHouse has about a function. */
export async function readArrivals(reader: RowReader, selection: ArrivalSelection): Promise<Arrivals> {
  const [[logs], [spans]] = await Promise.all([
    reader.rows<Record<string, string | number>>(logsStatement(selection)),
    reader.rows<{ rows: string | number; traceId: string }>(spansStatement(selection)),
  ]);
  const missing = Object.entries(logs ?? {}).flatMap(([column, count]) =>
    column !== "rows" && Number(count) > 0 ? [column] : [],
  );
  return {
    logs: Number(logs?.rows ?? 0),
    spans: Number(spans?.rows ?? 0),
    missing,
    ...(spans?.traceId && { traceId: spans.traceId }),
  };
}

function logsStatement(selection: ArrivalSelection): Statement {
  const { resource, record } = requiredAttributes;
  // Lines of the platform and the extension outside invocations have no id.
  const counts = [
    ...resource.map((name) => `countIf(ResourceAttributes['${name}'] = '') AS \`${name}\``),
    ...record.map(
      (name) =>
        `countIf(LogAttributes['type'] = 'function' AND LogAttributes['${name}'] = '') AS \`${name}\``,
    ),
  ];
  const sql = `SELECT count() AS rows, ${counts.join(", ")} FROM otel_logs WHERE ${conditionOf("LogAttributes", selection)}`;
  return { sql, parameters: parametersOf(selection) };
}

function spansStatement(selection: ArrivalSelection): Statement {
  const sql = `SELECT count() AS rows, argMax(TraceId, Timestamp) AS traceId FROM otel_traces WHERE ${conditionOf("SpanAttributes", selection)}`;
  return { sql, parameters: parametersOf(selection) };
}

/** Rows without a region are also counted as the function's: {@link requiredAttributes} reports them. */
function conditionOf(attributes: string, { requestId }: ArrivalSelection): string {
  const invocation =
    requestId === undefined ? "" : ` AND ${attributes}['faas.invocation_id'] = {requestId:String}`;
  return `ResourceAttributes['faas.name'] = {name:String} AND ResourceAttributes['cloud.region'] IN ('', {region:String})
    AND Timestamp >= fromUnixTimestamp64Milli({since:Int64})${invocation}`;
}

function parametersOf({ name, region, since, requestId }: ArrivalSelection): Statement["parameters"] {
  return { name, region, since: Math.round(since), ...(requestId !== undefined && { requestId }) };
}

/** The functions that have log records since a moment, as `region name`. */
export async function functionsWithRows(reader: RowReader, since: number): Promise<Set<string>> {
  const sql = `SELECT DISTINCT ResourceAttributes['cloud.region'] AS region, ResourceAttributes['faas.name'] AS name
    FROM otel_logs WHERE Timestamp >= fromUnixTimestamp64Milli({since:Int64}) AND ResourceAttributes['faas.name'] != ''`;
  // The record that `verify` sends has no function name: only records of functions count.
  const parameters = { since: Math.round(since) };
  const rows = await reader.rows<{ region: string; name: string }>({ sql, parameters });
  return new Set(rows.map(({ region, name }) => `${region} ${name}`));
}
