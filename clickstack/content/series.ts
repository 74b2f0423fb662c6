import type { Filter, NumberFormat, Series, Tile } from "./tile";

/** Spans that stand for an invocation, of the extension, the tracing layers or an OpenTelemetry SDK. */
export const invocationSpans = "SpanAttributes.faas.invocation_id:*";
/** Spans of the init phase, which the extension draws. */
export const initSpans = 'SpanName:"init" AND ScopeName:"clickstack-extension"';
/** Lines that report a failure. */
export const errorLines = 'SeverityText:"error" OR SeverityText:"fatal"';

/** Nanoseconds, as in ClickStack's column `Duration`. */
export const nanoseconds: NumberFormat = { output: "duration", factor: 1e-9 };
/** Seconds, as in the extension's metrics. */
export const seconds: NumberFormat = { output: "duration", factor: 1 };
export const count: NumberFormat = { output: "number", mantissa: 0, thousandSeparated: true };
export const percent: NumberFormat = { output: "percent", mantissa: 2 };
export const bytes: NumberFormat = { output: "byte" };

/** The sum of one of the extension's counters. */
export function counter(name: string, alias: string): Series {
  return { alias, aggFn: "sum", value: "Value", metric: { name, type: "sum" } };
}

/** The highest value of one of the extension's gauges. */
export function highest(name: string, alias: string): Series {
  return { alias, aggFn: "max", value: "Value", metric: { name, type: "gauge" } };
}

/** A percentile of one of the extension's histograms. */
export function percentile(name: string, level: 0.5 | 0.95 | 0.99, alias: string): Series {
  return { alias, aggFn: "quantile", level, value: "Value", metric: { name, type: "histogram" } };
}

/** Percentiles of the durations of spans. */
export function durations(levels: readonly (0.5 | 0.95 | 0.99)[]): Series[] {
  return levels.map((level) => ({
    alias: `p${level * 100}`,
    aggFn: "quantile",
    level,
    value: "Duration",
  }));
}

const ofLambda = 'ResourceAttributes.cloud.platform:"aws_lambda"';

/** Chosen above the tiles of both dashboards. */
export const filters: readonly Filter[] = [
  { id: "lambda-function", name: "Function", expression: "ServiceName", source: "Traces", where: ofLambda },
  {
    id: "lambda-region",
    name: "Region",
    expression: "ResourceAttributes['cloud.region']",
    source: "Traces",
    where: ofLambda,
  },
];

/** One number of the extension's metrics. */
interface MetricNumber {
  id: string;
  name: string;
  series: Series;
  /** Default: a count. */
  format?: NumberFormat;
  errorLabel?: string;
}

/** Numbers side by side, over the whole width of a dashboard's first row. */
export function numberRow(numbers: readonly MetricNumber[]): Tile[] {
  const w = Math.floor(24 / numbers.length);
  return numbers.map(({ id, name, series, format = count, errorLabel }, i) => ({
    id,
    name,
    x: i * w,
    y: 0,
    w,
    h: 4,
    chart: { kind: "number", source: "Metrics", series: [series], format, errorLabel },
  }));
}
