import type { StoredInvocations } from "../plan/backfill";
import type { RowReader } from "./connection";
import type { Statement } from "./statement";

/** A margin for differences between the clocks of loggers and Lambda, and for spans that begin before their lines. */
const marginMs = 15 * 60_000;

/** The invocations of a function for which ClickHouse has rows, around a range in milliseconds since 1970. */
export async function storedInvocations(
  reader: RowReader,
  of: { name: string; region: string },
  { from, to }: { from: number; to: number },
): Promise<StoredInvocations> {
  const ids = async (table: string, attributes: string) => {
    const rows = await reader.rows<{ id: string }>(
      statement(table, attributes, of, from - marginMs, to + marginMs),
    );
    return new Set(rows.map(({ id }) => id));
  };
  const [withLines, withSpans] = await Promise.all([
    ids("otel_logs", "LogAttributes"),
    ids("otel_traces", "SpanAttributes"),
  ]);
  return { withLines, withSpans };
}

function statement(
  table: string,
  attributes: string,
  { name, region }: { name: string; region: string },
  from: number,
  to: number,
): Statement {
  const sql = `SELECT DISTINCT ${attributes}['faas.invocation_id'] AS id FROM ${table}
    WHERE ResourceAttributes['faas.name'] = {name:String} AND ResourceAttributes['cloud.region'] IN ('', {region:String})
      AND Timestamp >= fromUnixTimestamp64Milli({from:Int64}) AND Timestamp < fromUnixTimestamp64Milli({to:Int64})`;
  return { sql, parameters: { name, region, from: Math.round(from), to: Math.round(to) } };
}
