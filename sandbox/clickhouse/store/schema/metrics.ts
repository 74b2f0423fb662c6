import type { AttributeType } from "../../base/attributeType";
import {
  arrayColumn,
  attributeArrayColumn,
  attributeColumns,
  bloomIndex,
  column,
  KEYWORD,
  minMaxIndex,
  STRING,
  type TableDefinition,
} from "./columns";

const FLOAT = "Float64 CODEC(ZSTD(1))";
const INT = "Int32 CODEC(ZSTD(1))";
const COUNT = column("Count", "UInt64 CODEC(Delta(8), ZSTD(1))");
const FLAGS = column("Flags", "UInt32 CODEC(ZSTD(1))");
const SUM = column("Sum", FLOAT);
const RANGE = [column("Min", FLOAT), column("Max", FLOAT)];
const TEMPORALITY = column("AggregationTemporality", INT);

/** The collector's own tables have times to the nanosecond. */
const TIMES: Readonly<Record<AttributeType, string>> = { map: "DateTime", json: "DateTime64(9)" };

function commonColumns(attributes: AttributeType): string[] {
  return [
    ...attributeColumns("ResourceAttributes", attributes),
    column("ResourceSchemaUrl", STRING),
    column("ScopeName", STRING),
    column("ScopeVersion", STRING),
    ...attributeColumns("ScopeAttributes", attributes),
    column("ScopeDroppedAttrCount", "UInt32 CODEC(ZSTD(1))"),
    column("ScopeSchemaUrl", STRING),
    column("ServiceName", KEYWORD),
    column("MetricName", KEYWORD),
    column("MetricDescription", STRING),
    column("MetricUnit", STRING),
    ...attributeColumns("Attributes", attributes),
    column("StartTimeUnix", `${TIMES[attributes]} CODEC(Delta, ZSTD(1))`),
    column("TimeUnix", `${TIMES[attributes]} CODEC(Delta, ZSTD(1))`),
  ];
}

function exemplarColumns(attributes: AttributeType): string[] {
  return [
    attributeArrayColumn("Exemplars.FilteredAttributes", attributes),
    arrayColumn("Exemplars.TimeUnix", TIMES[attributes]),
    arrayColumn("Exemplars.Value", "Float64"),
    arrayColumn("Exemplars.SpanId", "String"),
    arrayColumn("Exemplars.TraceId", "String"),
  ];
}

const MAP_INDEXES = [
  bloomIndex("idx_res_attr_key", "mapKeys(ResourceAttributes)", 0.01),
  bloomIndex("idx_res_attr_value", "mapValues(ResourceAttributes)", 0.01),
  bloomIndex("idx_scope_attr_key", "mapKeys(ScopeAttributes)", 0.01),
  bloomIndex("idx_scope_attr_value", "mapValues(ScopeAttributes)", 0.01),
  bloomIndex("idx_attr_key", "mapKeys(Attributes)", 0.01),
  bloomIndex("idx_attr_value", "mapValues(Attributes)", 0.01),
  minMaxIndex("idx_time_minmax", "TimeUnix"),
];

const JSON_INDEXES = [
  bloomIndex("idx_res_attr_keys", "ResourceAttributesKeys", 0.01),
  bloomIndex("idx_scope_attr_keys", "ScopeAttributesKeys", 0.01),
  bloomIndex("idx_attr_keys", "AttributesKeys", 0.01),
];

/** Columns of each kind of metric after the common ones, by the table's suffix. */
function kindColumns(attributes: AttributeType): Record<string, string[]> {
  const exemplars = exemplarColumns(attributes);
  const number = [column("Value", FLOAT), FLAGS, ...exemplars];
  return {
    gauge: number,
    sum: [...number, TEMPORALITY, column("IsMonotonic", "Bool CODEC(ZSTD(1))")],
    histogram: [
      COUNT,
      SUM,
      arrayColumn("BucketCounts", "UInt64"),
      arrayColumn("ExplicitBounds", "Float64"),
      ...exemplars,
      FLAGS,
      ...RANGE,
      TEMPORALITY,
    ],
    exponential_histogram: [
      COUNT,
      SUM,
      column("Scale", INT),
      column("ZeroCount", "UInt64 CODEC(ZSTD(1))"),
      column("PositiveOffset", INT),
      arrayColumn("PositiveBucketCounts", "UInt64"),
      column("NegativeOffset", INT),
      arrayColumn("NegativeBucketCounts", "UInt64"),
      ...exemplars,
      FLAGS,
      ...RANGE,
      TEMPORALITY,
    ],
    summary: [
      COUNT,
      SUM,
      arrayColumn("ValueAtQuantiles.Quantile", "Float64"),
      arrayColumn("ValueAtQuantiles.Value", "Float64"),
      FLAGS,
    ],
  };
}

/** What the tables have beside their columns. */
const TABLES = {
  map: {
    indexes: MAP_INDEXES,
    orderBy: "ServiceName, MetricName, toStartOfHour(TimeUnix), cityHash64(Attributes), TimeUnix",
  },
  json: {
    indexes: JSON_INDEXES,
    orderBy: "ServiceName, MetricName, toUnixTimestamp64Nano(TimeUnix)",
  },
};

/** The five `otel_metrics_*` tables: with maps as ClickStack creates them, with JSON as the collector's exporter does. */
export function metricsTables(attributes: AttributeType): TableDefinition[] {
  return Object.entries(kindColumns(attributes)).map(([kind, columns]) => ({
    name: `otel_metrics_${kind}`,
    columns: [...commonColumns(attributes), ...columns],
    ...TABLES[attributes],
    partitionBy: "toDate(TimeUnix)",
    retentionFrom: "toDateTime(TimeUnix)",
    settings: ["ttl_only_drop_parts = 1"],
  }));
}
