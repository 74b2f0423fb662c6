import { bloomIndex, column, STRING, type TableDefinition } from "./columns";

const TIME = "DateTime CODEC(Delta, ZSTD(1))";

/** Start and end of each trace, which the collector's exporter stores in addition to the spans. */
export const traceTimes: TableDefinition = {
  name: "otel_traces_trace_id_ts",
  columns: [column("TraceId", STRING), column("Start", TIME), column("End", TIME)],
  indexes: [bloomIndex("idx_trace_id", "TraceId", 0.01)],
  partitionBy: "toDate(Start)",
  orderBy: "TraceId, Start",
  retentionFrom: "toDateTime(Start)",
  settings: ["index_granularity = 8192", "ttl_only_drop_parts = 1"],
};

/** Fills it. */
export const traceTimesView = [
  "CREATE MATERIALIZED VIEW IF NOT EXISTS `default`.otel_traces_trace_id_ts_mv TO `default`.otel_traces_trace_id_ts AS",
  "SELECT TraceId, min(Timestamp) AS Start, max(Timestamp) AS End",
  "FROM `default`.otel_traces WHERE TraceId != '' GROUP BY TraceId",
].join("\n");
