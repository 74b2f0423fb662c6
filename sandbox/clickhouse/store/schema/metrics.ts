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

function commonColumns(): string[] {
  return [
    ...attributeColumns("ResourceAttributes", "map"),
    column("ResourceSchemaUrl", STRING),
    column("ScopeName", STRING),
    column("ScopeVersion", STRING),
    ...attributeColumns("ScopeAttributes", "map"),
    column("ScopeDroppedAttrCount", "UInt32 CODEC(ZSTD(1))"),
    column("ScopeSchemaUrl", STRING),
    column("ServiceName", KEYWORD),
    column("MetricName", KEYWORD),
    column("MetricDescription", STRING),
    column("MetricUnit", STRING),
    ...attributeColumns("Attributes", "map"),
    column("StartTimeUnix", "DateTime CODEC(Delta, ZSTD(1))"),
    column("TimeUnix", "DateTime CODEC(Delta, ZSTD(1))"),
  ];
}

function exemplarColumns(): string[] {
  return [
    attributeArrayColumn("Exemplars.FilteredAttributes", "map"),
    arrayColumn("Exemplars.TimeUnix", "DateTime"),
    arrayColumn("Exemplars.Value", "Float64"),
    arrayColumn("Exemplars.SpanId", "String"),
    arrayColumn("Exemplars.TraceId", "String"),
  ];
}

const INDEXES = [
  bloomIndex("idx_res_attr_key", "mapKeys(ResourceAttributes)", 0.01),
  bloomIndex("idx_res_attr_value", "mapValues(ResourceAttributes)", 0.01),
  bloomIndex("idx_scope_attr_key", "mapKeys(ScopeAttributes)", 0.01),
  bloomIndex("idx_scope_attr_value", "mapValues(ScopeAttributes)", 0.01),
  bloomIndex("idx_attr_key", "mapKeys(Attributes)", 0.01),
  bloomIndex("idx_attr_value", "mapValues(Attributes)", 0.01),
  minMaxIndex("idx_time_minmax", "TimeUnix"),
];

/** Columns of each kind of metric after the common ones, by the table's suffix. */
function kindColumns(): Record<string, string[]> {
  const exemplars = exemplarColumns();
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

/** The five `otel_metrics_*` tables, which the collector's exporter creates with maps even if logs and spans have JSON. */
export function metricsTables(): TableDefinition[] {
  return Object.entries(kindColumns()).map(([kind, columns]) => ({
    name: `otel_metrics_${kind}`,
    columns: [...commonColumns(), ...columns],
    indexes: INDEXES,
    orderBy: "ServiceName, MetricName, toStartOfHour(TimeUnix), cityHash64(Attributes), TimeUnix",
    partitionBy: "toDate(TimeUnix)",
    retentionFrom: "toDateTime(TimeUnix)",
    settings: ["ttl_only_drop_parts = 1"],
  }));
}
