import { askedOnce } from "../tables/askedOnce";
import { AttributeColumns } from "../tables/attributes";
import type { Statement } from "./query/statement";
import type { Run } from "./routes";

/** Something that runs statements and gives rows. */
export interface RowSource {
  query<Row>(sql: string, parameters?: Readonly<Record<string, string | number>>): Promise<Row[]>;
}

/** Nobody waits for more than this. */
const bounds = "max_execution_time = 30, max_result_rows = 100000";

/**
 * What a statement ends with, by the user's own setting `readonly`: the page reads only, so ClickHouse refuses to write whatever a
 * filter is made of. A user who may only read cannot send that setting, and with 1 no setting at all
 * (https://clickhouse.com/docs/operations/settings/permissions-for-queries).
 */
function endingFor(readonly: number): string {
  if (readonly === 1) return "";
  return readonly === 0 ? `\nSETTINGS readonly = 1, ${bounds}` : `\nSETTINGS ${bounds}`;
}

/** A statement that needs to know what the tables have. */
const ROWS = "SELECT 1 FROM otel_logs";

/** Runs the page's statements as reading ones, over tables with maps or JSON. */
export function reading(source: RowSource): Run {
  const ending = askedOnce(async () => {
    const [row] = await source.query<{ readonly: number | string }>(
      "SELECT getSetting('readonly') AS readonly",
    );
    return endingFor(Number(row?.readonly ?? 0));
  });
  const columns = new AttributeColumns(async (sql) => source.query(`${sql}${await ending()}`));
  // Asked before anybody waits for rows. Where ClickHouse does not answer yet, whoever asks for rows asks again.
  columns.fit(ROWS).catch(() => undefined);
  return async <Row>({ sql, parameters }: Statement) => {
    const fitted = await columns.fit(sql);
    return (await source.query<Row>(`${fitted.sql}${await ending()}`, parameters)).map(fitted.row);
  };
}
