import type { SearchChart, Series, SeriesChart } from "../../../clickstack/content/tile";
import { filterCondition } from "../../../web/query/filter";
import { Parameters } from "../../../web/query/statement";

const tables = { Logs: "otel_logs", Traces: "otel_traces" } as const;

/** SQL of the rows behind a chart, by HyperDX's rules for the dashboards' Lucene. */
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
  // One query per metric: metrics may be in different tables.
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

/** The condition with its values inserted: they are this project's own. */
function condition(lucene: string, source: "Logs" | "Traces"): string {
  const parameters = new Parameters();
  const sql = filterCondition(lucene, source === "Logs" ? "logs" : "traces", parameters);
  return sql.replace(/\{(p\d+):\w+\}/g, (_, name) => `'${parameters.values[name]}'`);
}
