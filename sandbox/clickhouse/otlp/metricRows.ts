import { float, seconds } from "./cells";
import type {
  DataPoint,
  Exemplar,
  ExponentialHistogramPoint,
  HistogramPoint,
  Metric,
  MetricsRequest,
  NumberPoint,
  NumberValue,
  SummaryPoint,
} from "./messages";
import { asString, toMap } from "./value";

/** A row of one of the `otel_metrics_*` tables, by column. */
export type MetricRow = Readonly<Record<string, unknown>>;

/** The rows that ClickStack's collector writes for a request with metrics into tables of the type, by table. */
export function metricRows(request: MetricsRequest): Map<string, MetricRow[]> {
  const tables = new Map<string, MetricRow[]>();
  for (const { resource, schemaUrl, scopeMetrics } of request.resourceMetrics) {
    const ResourceAttributes = toMap(resource?.attributes ?? []);
    for (const { scope, schemaUrl: ScopeSchemaUrl, metrics } of scopeMetrics) {
      const origin = {
        ResourceAttributes,
        ResourceSchemaUrl: schemaUrl,
        ServiceName: asString(ResourceAttributes.get("service.name") ?? null),
        ScopeName: scope?.name ?? "",
        ScopeVersion: scope?.version ?? "",
        ScopeAttributes: toMap(scope?.attributes ?? []),
        ScopeDroppedAttrCount: scope?.droppedAttributesCount ?? 0,
        ScopeSchemaUrl,
      };
      for (const metric of metrics) {
        const { kind, rows } = pointRows(metric);
        const described = {
          ...origin,
          MetricName: metric.name,
          MetricDescription: metric.description,
          MetricUnit: metric.unit,
        };
        const table = tables.get(`otel_metrics_${kind}`) ?? [];
        table.push(...rows.map((row) => ({ ...described, ...row })));
        tables.set(`otel_metrics_${kind}`, table);
      }
    }
  }
  return tables;
}

/** The columns that depend on the point; a metric without data has no rows. */
function pointRows(metric: Metric): { kind: string; rows: MetricRow[] } {
  const { gauge, sum, histogram, exponentialHistogram, summary } = metric;
  if (sum) {
    const shared = { AggregationTemporality: sum.aggregationTemporality, IsMonotonic: sum.isMonotonic };
    return {
      kind: "sum",
      rows: sum.dataPoints.map((point) => ({ ...numberCells(point), ...shared })),
    };
  }
  if (histogram) {
    const shared = { AggregationTemporality: histogram.aggregationTemporality };
    return {
      kind: "histogram",
      rows: histogram.dataPoints.map((point) => ({ ...histogramCells(point), ...shared })),
    };
  }
  if (exponentialHistogram) {
    const shared = { AggregationTemporality: exponentialHistogram.aggregationTemporality };
    const rows = exponentialHistogram.dataPoints.map((point) => ({
      ...exponentialCells(point),
      ...shared,
    }));
    return { kind: "exponential_histogram", rows };
  }
  if (summary) return { kind: "summary", rows: summary.dataPoints.map((point) => summaryCells(point)) };
  return { kind: "gauge", rows: (gauge?.dataPoints ?? []).map((point) => numberCells(point)) };
}

function commonCells(point: DataPoint): MetricRow {
  return {
    Attributes: toMap(point.attributes),
    StartTimeUnix: seconds(point.startTimeUnixNano),
    TimeUnix: seconds(point.timeUnixNano),
    Flags: point.flags,
  };
}

function numberCells(point: NumberPoint): MetricRow {
  return {
    ...commonCells(point),
    Value: numberValue(point),
    ...exemplarCells(point.exemplars),
  };
}

function histogramCells(point: HistogramPoint): MetricRow {
  return {
    ...commonCells(point),
    ...exemplarCells(point.exemplars),
    Count: String(point.count),
    Sum: float(point.sum),
    BucketCounts: point.bucketCounts.map(String),
    ExplicitBounds: point.explicitBounds.map(float),
    Min: float(point.min),
    Max: float(point.max),
  };
}

function exponentialCells(point: ExponentialHistogramPoint): MetricRow {
  return {
    ...commonCells(point),
    ...exemplarCells(point.exemplars),
    Count: String(point.count),
    Sum: float(point.sum),
    Scale: point.scale,
    ZeroCount: String(point.zeroCount),
    PositiveOffset: point.positive?.offset ?? 0,
    PositiveBucketCounts: (point.positive?.bucketCounts ?? []).map(String),
    NegativeOffset: point.negative?.offset ?? 0,
    NegativeBucketCounts: (point.negative?.bucketCounts ?? []).map(String),
    Min: float(point.min),
    Max: float(point.max),
  };
}

function summaryCells(point: SummaryPoint): MetricRow {
  return {
    ...commonCells(point),
    Count: String(point.count),
    Sum: float(point.sum),
    "ValueAtQuantiles.Quantile": point.quantileValues.map(({ quantile }) => float(quantile)),
    "ValueAtQuantiles.Value": point.quantileValues.map(({ value }) => float(value)),
  };
}

function exemplarCells(exemplars: readonly Exemplar[]): MetricRow {
  return {
    "Exemplars.FilteredAttributes": exemplars.map((exemplar) => toMap(exemplar.filteredAttributes)),
    "Exemplars.TimeUnix": exemplars.map((exemplar) => seconds(exemplar.timeUnixNano)),
    "Exemplars.Value": exemplars.map(numberValue),
    "Exemplars.SpanId": exemplars.map((exemplar) => fullId(exemplar.spanId, 8)),
    "Exemplars.TraceId": exemplars.map((exemplar) => fullId(exemplar.traceId, 16)),
  };
}

/** With maps, the exporter writes an exemplar's identifiers in full even if they are zero. */
function fullId(id: Uint8Array, length: number): string {
  const digits = Buffer.from(id).toString("hex");
  return digits.padEnd(2 * length, "0");
}

function numberValue(value: NumberValue): number | string {
  return float(value.asInt === undefined ? (value.asDouble ?? 0) : Number(value.asInt));
}
