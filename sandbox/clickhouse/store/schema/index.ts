import type { AttributeType } from "../../base/attributeType";
import { createTable } from "./columns";
import { logsTable } from "./logs";
import { metricsTables } from "./metrics";
import { tracesTable } from "./traces";

/** The statements that create the tables in database `default`; safe to run again. */
export function schemaStatements(attributes: AttributeType): string[] {
  const tables = [logsTable(attributes), tracesTable(attributes), ...metricsTables(attributes)];
  return tables.map(createTable);
}
