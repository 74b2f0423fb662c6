import type { Dashboard, Series, SeriesChart, Tile } from "../content/tile";
import { tag } from "../content/tile";
import { sharedConfig } from "./parts";

/**
 * A dashboard in the form of HyperDX's page "Import dashboard": sources by name, which the page maps to the team's own.
 * Format: `DashboardTemplateSchema` of HyperDX 2.36.
 */
export function importForm({ name, description, filters, tiles }: Dashboard): object {
  return {
    version: "0.1.0",
    name,
    description,
    tags: [tag],
    filters: filters.map((filter) => ({ ...filter, type: "QUERY_EXPRESSION", whereLanguage: "lucene" })),
    tiles: tiles.map(({ id, x, y, w, h, ...tile }) => ({ id, x, y, w, h, config: config(tile) })),
  };
}

function config({ name, chart }: Pick<Tile, "name" | "chart">): object {
  const common = { name, displayType: chart.kind, where: chart.where ?? "", whereLanguage: "lucene" };
  if (chart.kind === "search") return { ...common, source: chart.source, select: chart.select };
  return { ...common, source: chart.source, ...seriesConfig(chart) };
}

function seriesConfig(chart: SeriesChart) {
  return {
    ...(chart.kind === "table" ? {} : { granularity: "auto", alignDateRangeToGranularity: true }),
    select: chart.series.map(selected),
    ...sharedConfig(chart),
    ...(chart.ratio ? { seriesReturnType: "ratio" } : {}),
  };
}

/** An empty condition if there is none: HyperDX drops `level` of an item without one. */
function selected({ alias, aggFn, value = "", level, where = "", metric }: Series) {
  return {
    aggFn,
    ...(level === undefined ? {} : { level }),
    valueExpression: value,
    ...(metric === undefined ? {} : { metricName: metric.name, metricType: metric.type }),
    alias,
    aggCondition: where,
    aggConditionLanguage: "lucene",
  };
}
