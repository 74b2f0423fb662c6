import { bloomIndex, column, type TableDefinition } from "./columns";
import { insertedColumns } from "./logs";

const ATTRIBUTES = { res: "ResourceAttributes", scope: "ScopeAttributes", log: "LogAttributes" };

/** `hyperdx_sessions`: recordings of browsers, as log records. */
export const sessionsTable: TableDefinition = {
  name: "hyperdx_sessions",
  columns: [
    ...insertedColumns("map").filter((definition) => !definition.startsWith("`EventName`")),
    column("TimestampTime", "DateTime DEFAULT toDateTime(Timestamp)"),
  ],
  indexes: [
    bloomIndex("idx_trace_id", "TraceId", 0.001),
    ...Object.entries(ATTRIBUTES).flatMap(([short, attributes]) => [
      bloomIndex(`idx_${short}_attr_key`, `mapKeys(${attributes})`, 0.01),
      bloomIndex(`idx_${short}_attr_value`, `mapValues(${attributes})`, 0.01),
    ]),
    "INDEX idx_lower_body lower(Body) TYPE tokenbf_v1(32768, 3, 0) GRANULARITY 8",
  ],
  partitionBy: "toDate(TimestampTime)",
  orderBy: "ServiceName, TimestampTime, Timestamp",
  retentionFrom: "TimestampTime",
  settings: ["index_granularity = 8192", "ttl_only_drop_parts = 1"],
};
