import { createTable } from "./columns";
import { LOGS_TABLE } from "./logs";
import { METRICS_TABLES } from "./metrics";
import { TRACES_TABLE } from "./traces";

/** The statements that create ClickStack's tables in database `default`; safe to run again. */
export function schemaStatements(): string[] {
  return [LOGS_TABLE, TRACES_TABLE, ...METRICS_TABLES].map(createTable);
}
