import type { RowReader } from "./connection";

/** What ClickHouse has about functions since a moment, by `region name`. */
export interface StoredDay {
  /** Functions with log records or spans. */
  seen: ReadonlySet<string>;
  /** Losses according to the extension's own records. */
  losses: ReadonlyMap<string, readonly string[]>;
}

/**
 * Reads which functions have rows, and the losses that their extensions report.
 * @param since milliseconds since 1970
 */
export async function readStoredDay(reader: RowReader, since: number): Promise<StoredDay> {
  const parameters = { since: Math.round(since) };
  const of = "ResourceAttributes['cloud.region'] AS region, ResourceAttributes['faas.name'] AS name";
  const recent =
    "Timestamp >= fromUnixTimestamp64Milli({since:Int64}) AND ResourceAttributes['faas.name'] != ''";
  const rows = await reader.rows<{ region: string; name: string }>({
    sql: `SELECT DISTINCT region, name FROM (SELECT ${of} FROM otel_logs WHERE ${recent}
      UNION ALL SELECT ${of} FROM otel_traces WHERE ${recent})`,
    parameters,
  });
  const lost = await reader.rows<{ region: string; name: string; body: string }>({
    sql: `SELECT ${of}, Body AS body FROM otel_logs
      WHERE ${recent} AND LogAttributes['type'] = 'extension' AND Body LIKE 'telemetry records lost: %' LIMIT 10000`,
    parameters,
  });
  const losses = new Map<string, string[]>();
  for (const { region, name, body } of lost) {
    const key = `${region} ${name}`;
    losses.set(key, [...(losses.get(key) ?? []), body]);
  }
  return { seen: new Set(rows.map(({ region, name }) => `${region} ${name}`)), losses };
}
