import { type Joined, parse, type Term } from "@hyperdx/lucene";
import type { SearchChart, Series, SeriesChart } from "../../../clickstack/content/tile";

const tables = { Logs: "otel_logs", Traces: "otel_traces" } as const;
const implicitColumn = { Logs: "Body", Traces: "SpanName", Metrics: "MetricName" } as const;

/** SQL of the rows behind a chart, by HyperDX's rules for the Lucene that the dashboards use. */
export function chartQuery(chart: SeriesChart | SearchChart): string {
  if (chart.kind === "search")
    return `SELECT ${chart.select} FROM ${tables[chart.source]} WHERE ${condition(chart.where, chart.source)}`;
  const { series, groupBy, where = "", source } = chart;
  const group = groupBy === undefined ? "" : ` GROUP BY ${groupBy}`;
  const columns = groupBy === undefined ? "" : `${groupBy}, `;
  if (source !== "Metrics") {
    const items = series.map((item) => aggregated(item, source)).join(", ");
    return `SELECT ${columns}${items} FROM ${tables[source]} WHERE ${condition(where, source)}${group} HAVING count() > 0`;
  }
  // One query for each metric: they may be of different tables.
  const [first, ...others] = series.map((item) => metricQuery(item, columns, group));
  return [first, ...others].join(" UNION ALL ");
}

function metricQuery({ metric, aggFn }: Series, columns: string, group: string): string {
  if (metric === undefined) throw new Error("a metric's series names its metric");
  const value = metric.type === "histogram" ? "sum(Count)" : `${aggFn}(Value)`;
  return `SELECT ${columns}${value} AS value FROM otel_metrics_${metric.type} WHERE MetricName = '${metric.name}'${group} HAVING count() > 0`;
}

function aggregated({ aggFn, value, level, where = "", alias }: Series, source: "Logs" | "Traces"): string {
  const filter = condition(where, source);
  const name = `AS "${alias}"`;
  if (aggFn === "count") return `countIf(${filter}) ${name}`;
  return aggFn === "quantile"
    ? `quantileIf(${level})(${value}, ${filter}) ${name}`
    : `${aggFn}If(${value}, ${filter}) ${name}`;
}

function condition(lucene: string, source: SeriesChart["source"]): string {
  return lucene === "" ? "1" : sqlOf(parse(lucene), implicitColumn[source]);
}

function sqlOf(query: Joined | Term, implicit: string): string {
  if ("left" in query) {
    const { left, operator, right } = query;
    if (right === undefined) return sqlOf(left, implicit);
    return `(${sqlOf(left, implicit)} ${operator === "OR" ? "OR" : "AND"} ${sqlOf(right, implicit)})`;
  }
  const { field, term, quoted } = query;
  if (field === "<implicit>") return `${implicit} ILIKE '%${term}%'`;
  if (quoted) return `${columnOf(field)} = '${term}'`;
  if (term === "*") return `notEmpty(${columnOf(field)})`;
  throw new Error(`no rule for ${field}:${term}`);
}

/** `SpanAttributes.faas.coldstart` is the map `SpanAttributes` with the key `faas.coldstart`. */
function columnOf(field: string): string {
  const [, map, key] = /^(\w+Attributes)\.(.+)$/.exec(field) ?? [];
  return map === undefined ? field : `${map}['${key}']`;
}
