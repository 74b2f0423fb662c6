import type { AttributeType } from "../../base/attributeType";
import {
  attributeColumns,
  bloomIndex,
  column,
  itemsColumn,
  KEYWORD,
  materializedColumn,
  STRING,
  type TableDefinition,
  textIndex,
} from "./columns";

/** Resource attributes with separate columns. */
export const MATERIALIZED_ATTRIBUTES = [
  "k8s.cluster.name",
  "k8s.container.name",
  "k8s.deployment.name",
  "k8s.namespace.name",
  "k8s.node.name",
  "k8s.pod.name",
  "k8s.pod.uid",
  "deployment.environment.name",
];

/** Columns that rows are inserted with. */
export function insertedColumns(attributes: AttributeType): string[] {
  return [
    column("Timestamp", "DateTime64(9) CODEC(Delta(8), ZSTD(1))"),
    column("TraceId", STRING),
    column("SpanId", STRING),
    column("TraceFlags", "UInt8"),
    column("SeverityText", KEYWORD),
    column("SeverityNumber", "UInt8"),
    column("ServiceName", KEYWORD),
    column("Body", STRING),
    column("ResourceSchemaUrl", KEYWORD),
    ...attributeColumns("ResourceAttributes", attributes),
    column("ScopeSchemaUrl", KEYWORD),
    column("ScopeName", STRING),
    column("ScopeVersion", KEYWORD),
    ...attributeColumns("ScopeAttributes", attributes),
    ...attributeColumns("LogAttributes", attributes),
    column("EventName", STRING),
  ];
}

const SHARED = {
  name: "otel_logs",
  partitionBy: "toDate(Timestamp)",
  retentionFrom: "toDateTime(Timestamp)",
};

/** `otel_logs` as ClickStack creates it on a ClickHouse with full-text indexes (26.2 and later). */
const MAP_TABLE: TableDefinition = {
  ...SHARED,
  columns: [
    ...insertedColumns("map"),
    ...MATERIALIZED_ATTRIBUTES.map((attribute) => materializedColumn(attribute, "LowCardinality(String)")),
    itemsColumn("ResourceAttributeItems", "ResourceAttributes"),
    itemsColumn("ScopeAttributeItems", "ScopeAttributes"),
    itemsColumn("LogAttributeItems", "LogAttributes"),
  ],
  indexes: [
    textIndex("idx_trace_id", "TraceId"),
    textIndex("idx_res_attr_key", "mapKeys(ResourceAttributes)"),
    textIndex("idx_res_attr_items", "ResourceAttributeItems"),
    textIndex("idx_scope_attr_key", "mapKeys(ScopeAttributes)"),
    textIndex("idx_scope_attr_items", "ScopeAttributeItems"),
    textIndex("idx_log_attr_key", "mapKeys(LogAttributes)"),
    textIndex("idx_log_attr_items", "LogAttributeItems"),
    "INDEX idx_lower_body lower(Body) TYPE text(tokenizer = 'splitByNonAlpha')",
  ],
  orderBy: "toStartOfFiveMinutes(Timestamp), ServiceName, Timestamp",
  settings: [
    "index_granularity = 8192",
    "ttl_only_drop_parts = 1",
    "enable_block_number_column = 1",
    "enable_block_offset_column = 1",
  ],
};

/** `otel_logs` as the collector's exporter creates it with `json: true`. */
const JSON_TABLE: TableDefinition = {
  ...SHARED,
  columns: insertedColumns("json"),
  indexes: [
    bloomIndex("idx_res_attr_keys", "ResourceAttributesKeys", 0.01),
    bloomIndex("idx_scope_attr_keys", "ScopeAttributesKeys", 0.01),
    bloomIndex("idx_log_attr_keys", "LogAttributesKeys", 0.01),
    "INDEX idx_body Body TYPE tokenbf_v1(32768, 3, 0) GRANULARITY 8",
  ],
  orderBy: "toStartOfFiveMinutes(Timestamp), ServiceName, Timestamp",
  settings: ["index_granularity = 8192", "ttl_only_drop_parts = 1"],
};

/** `otel_logs` with attributes of the type. */
export function logsTable(attributes: AttributeType): TableDefinition {
  return attributes === "json" ? JSON_TABLE : MAP_TABLE;
}
