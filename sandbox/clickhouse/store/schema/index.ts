import type { AttributeType } from "../../base/attributeType";
import { createTable } from "./columns";
import { logsTable } from "./logs";
import { metricsTables } from "./metrics";
import { logsRollup, rollupView, tracesRollup } from "./rollups";
import { sessionsTable } from "./sessions";
import { tracesTable } from "./traces";
import { traceTimes, traceTimesView } from "./traceTimes";

/**
 * The statements that create the tables in database `default`; safe to run again. With maps, they are ClickStack's tables; with
 * JSON, those of the collector's exporter, which are fewer. ClickStack's `metrics_ts` is omitted: nothing here writes into it.
 */
export function schemaStatements(attributes: AttributeType): string[] {
  const tables = [logsTable(attributes), tracesTable(attributes), ...metricsTables()].map(createTable);
  if (attributes === "json") return [...tables, createTable(traceTimes), traceTimesView];
  const rollups = [logsRollup, tracesRollup].flatMap((rollup) => [
    createTable(rollup.table),
    rollupView(rollup),
  ]);
  return [...tables, createTable(sessionsTable), ...rollups];
}
