import type { AttributeType } from "../../base/attributeType";
import {
  arrayColumn,
  attributeArrayColumn,
  attributeColumns,
  bloomIndex,
  column,
  itemsColumn,
  KEYWORD,
  materializedColumn,
  minMaxIndex,
  STRING,
  type TableDefinition,
  textIndex,
} from "./columns";

/** Columns that rows are inserted with. */
function insertedColumns(attributes: AttributeType): string[] {
  return [
    column("Timestamp", "DateTime64(9) CODEC(Delta(8), ZSTD(1))"),
    column("TraceId", STRING),
    column("SpanId", STRING),
    column("ParentSpanId", STRING),
    column("TraceState", STRING),
    column("SpanName", KEYWORD),
    column("SpanKind", KEYWORD),
    column("ServiceName", KEYWORD),
    ...attributeColumns("ResourceAttributes", attributes),
    column("ScopeName", STRING),
    column("ScopeVersion", STRING),
    ...attributeColumns("SpanAttributes", attributes),
    column("Duration", "UInt64 CODEC(ZSTD(1))"),
    column("StatusCode", KEYWORD),
    column("StatusMessage", STRING),
    arrayColumn("Events.Timestamp", "DateTime64(9)"),
    arrayColumn("Events.Name", "LowCardinality(String)"),
    attributeArrayColumn("Events.Attributes", attributes),
    arrayColumn("Links.TraceId", "String"),
    arrayColumn("Links.SpanId", "String"),
    arrayColumn("Links.TraceState", "String"),
    attributeArrayColumn("Links.Attributes", attributes),
  ];
}

const SHARED = {
  name: "otel_traces",
  partitionBy: "toDate(Timestamp)",
  settings: ["index_granularity = 8192", "ttl_only_drop_parts = 1"],
};

/** `otel_traces` as ClickStack creates it on a ClickHouse with full-text indexes (26.2 and later). */
const MAP_TABLE: TableDefinition = {
  ...SHARED,
  columns: [
    ...insertedColumns("map"),
    materializedColumn("rum.sessionId", "String"),
    column(
      "SampleRate",
      "UInt64 MATERIALIZED greatest(toUInt64OrZero(SpanAttributes['SampleRate']), 1) CODEC(T64, ZSTD(1))",
    ),
    itemsColumn("ResourceAttributeItems", "ResourceAttributes"),
    itemsColumn("SpanAttributeItems", "SpanAttributes"),
  ],
  indexes: [
    bloomIndex("idx_trace_id", "TraceId", 0.001),
    bloomIndex("idx_rum_session_id", "`__hdx_materialized_rum.sessionId`", 0.001),
    bloomIndex("idx_res_attr_key", "mapKeys(ResourceAttributes)", 0.01),
    textIndex("idx_res_attr_items", "ResourceAttributeItems"),
    bloomIndex("idx_span_attr_key", "mapKeys(SpanAttributes)", 0.01),
    textIndex("idx_span_attr_items", "SpanAttributeItems"),
    minMaxIndex("idx_duration", "Duration"),
    "INDEX idx_lower_span_name lower(SpanName) TYPE tokenbf_v1(32768, 3, 0) GRANULARITY 8",
  ],
  orderBy: "ServiceName, SpanName, toDateTime(Timestamp)",
  retentionFrom: "toDate(Timestamp)",
};

/** `otel_traces` as the collector's exporter creates it with `json: true`. */
const JSON_TABLE: TableDefinition = {
  ...SHARED,
  columns: insertedColumns("json"),
  indexes: [
    bloomIndex("idx_res_attr_keys", "ResourceAttributesKeys", 0.01),
    bloomIndex("idx_span_attr_keys", "SpanAttributesKeys", 0.01),
    minMaxIndex("idx_duration", "Duration"),
  ],
  orderBy: "ServiceName, SpanName, toDateTime(Timestamp), Timestamp",
  retentionFrom: "toDateTime(Timestamp)",
};

/** `otel_traces` with attributes of the type. */
export function tracesTable(attributes: AttributeType): TableDefinition {
  return attributes === "json" ? JSON_TABLE : MAP_TABLE;
}
