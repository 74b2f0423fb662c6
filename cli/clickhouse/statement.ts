/**
 * A statement for ClickHouse; `{name:Type}` in its SQL are placeholders for the parameters, so that no value is in the
 * SQL.
 */
export interface Statement {
  sql: string;
  parameters: Readonly<Record<string, string | number | readonly string[]>>;
}
