import { askedOnce } from "../tables/askedOnce";
import { AttributeColumns } from "../tables/attributes";
import type { Statement } from "./query/statement";
import type { Run } from "./routes";

/** Runs statements and returns rows. */
export interface RowSource {
  query<Row>(sql: string, parameters?: Readonly<Record<string, string | number>>): Promise<Row[]>;
}

/** Limits beyond which nobody waits for an answer. */
const bounds = "max_execution_time = 30, max_result_rows = 100000";

/**
 * The end of a statement, depending on the user's own setting `readonly`: the page only reads, so ClickHouse refuses to write
 * regardless of the filter. A read-only user cannot send that setting, and with 1 no settings at all
 * (https://clickhouse.com/docs/operations/settings/permissions-for-queries).
 */
function endingFor(readonly: number): string {
  if (readonly === 1) return "";
  return readonly === 0 ? `\nSETTINGS readonly = 1, ${bounds}` : `\nSETTINGS ${bounds}`;
}

/** A statement that depends on the tables' columns. */
const ROWS = "SELECT 1 FROM otel_logs";

/** Runs the page's statements read-only, on tables with maps or JSON. */
export function reading(source: RowSource): Run {
  const ending = askedOnce(async () => {
    const [row] = await source.query<{ readonly: number | string }>(
      "SELECT getSetting('readonly') AS readonly",
    );
    return endingFor(Number(row?.readonly ?? 0));
  });
  const columns = new AttributeColumns(async (sql) => source.query(`${sql}${await ending()}`));
  // Queried before rows are requested. If ClickHouse does not answer yet, the next request for rows queries again.
  columns.fit(ROWS).catch(() => undefined);
  return async <Row>({ sql, parameters }: Statement) => {
    const fitted = await columns.fit(sql);
    return (await source.query<Row>(`${fitted.sql}${await ending()}`, parameters)).map(fitted.row);
  };
}
