import { column, minMaxIndex, type TableDefinition } from "./columns";
import { MATERIALIZED_ATTRIBUTES } from "./logs";

/** How often each value of some columns occurs per quarter of an hour: HyperDX offers these values as filters. */
export interface Rollup {
  readonly table: TableDefinition;
  readonly view: string;
  readonly source: string;
  readonly counted: readonly string[];
}

function rollupTable(name: string): TableDefinition {
  return {
    name,
    engine: "SummingMergeTree",
    columns: [
      column("Timestamp", "DateTime"),
      column("ColumnIdentifier", "LowCardinality(String)"),
      column("Key", "LowCardinality(String)"),
      column("Value", "String"),
      column("count", "UInt64"),
    ],
    indexes: [minMaxIndex("idx_count_minmax", "count"), minMaxIndex("idx_timestamp_minmax", "Timestamp")],
    partitionBy: "toDate(Timestamp)",
    orderBy: "ColumnIdentifier, Key, Timestamp, Value",
    retentionFrom: "Timestamp",
    settings: ["index_granularity = 8192", "ttl_only_drop_parts = 1"],
  };
}

/** Of `otel_logs`. */
export const logsRollup: Rollup = {
  table: rollupTable("otel_logs_kv_rollup_15m"),
  view: "otel_logs_attr_kv_rollup_15m_mv",
  source: "otel_logs",
  counted: [
    ...["SeverityText", "ServiceName", "ScopeName", "ScopeVersion", "ResourceSchemaUrl", "ScopeSchemaUrl"],
    ...MATERIALIZED_ATTRIBUTES.map((attribute) => `__hdx_materialized_${attribute}`),
  ],
};

/** Of `otel_traces`. */
export const tracesRollup: Rollup = {
  table: rollupTable("otel_traces_kv_rollup_15m"),
  view: "otel_traces_kv_rollup_15m_mv",
  source: "otel_traces",
  counted: ["ServiceName", "SpanName", "SpanKind", "StatusCode", "ScopeName", "ScopeVersion"],
};

/** The view that fills a rollup's table. Each row is read once, where HyperDX's own reads it once for each column. */
export function rollupView({ table, view, source, counted }: Rollup): string {
  const pairs = counted.map((name) => `('${name}', toString(\`${name}\`))`);
  return [
    `CREATE MATERIALIZED VIEW IF NOT EXISTS \`default\`.${view} TO \`default\`.${table.name} AS`,
    "SELECT toStartOfFifteenMinutes(Timestamp) AS Timestamp, 'NativeColumn' AS ColumnIdentifier, pair.1 AS Key, pair.2 AS Value,",
    "  count() AS count",
    `FROM \`default\`.${source} ARRAY JOIN [${pairs.join(", ")}] AS pair`,
    "GROUP BY Timestamp, ColumnIdentifier, Key, Value",
  ].join("\n");
}
