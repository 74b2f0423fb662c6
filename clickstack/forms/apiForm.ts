import type { Dashboard, Series, SeriesChart, SourceName, Tile } from "../content/tile";
import { tag } from "../content/tile";
import { sharedConfig } from "./parts";

/** Ids of the team's sources, by their names in ClickStack. */
export type SourceIds = Readonly<Record<SourceName, string>>;

/** A tile of {@link apiForm}; without an id HyperDX assigns one. */
export interface ApiTile {
  id?: string;
  name: string;
  x: number;
  y: number;
  w: number;
  h: number;
  config: object;
}

/** A dashboard in the form of HyperDX's API. */
export interface ApiDashboard {
  name: string;
  tags: string[];
  filters: object[];
  tiles: ApiTile[];
}

/** A dashboard as `POST` and `PUT /api/v2/dashboards` accept it (HyperDX 2.36, `CreateDashboardRequest`). */
export function apiForm({ name, filters, tiles }: Dashboard, sources: SourceIds): ApiDashboard {
  return {
    name,
    tags: [tag],
    filters: filters.map(({ name, expression, source, where }) => ({
      type: "QUERY_EXPRESSION",
      name,
      expression,
      sourceId: sources[source],
      where,
      whereLanguage: "lucene",
    })),
    tiles: tiles.map(({ name, x, y, w, h, chart }) => ({ name, x, y, w, h, config: config(chart, sources) })),
  };
}

function config(chart: Tile["chart"], sources: SourceIds): object {
  const common = { displayType: chart.kind, sourceId: sources[chart.source] };
  if (chart.kind === "search")
    return { ...common, select: chart.select, where: chart.where, whereLanguage: "lucene" };
  return { ...common, ...seriesConfig(chart) };
}

function seriesConfig(chart: SeriesChart) {
  return {
    select: chart.series.map((item) => selected(item, chart.where)),
    ...sharedConfig(chart),
    ...(chart.ratio ? { asRatio: true } : {}),
  };
}

/** The API has no condition for a whole chart: each item has it. */
function selected({ alias, aggFn, value, level, where, metric }: Series, chartWhere: string | undefined) {
  const conditions = [chartWhere, where].filter((condition) => condition !== undefined);
  return {
    aggFn,
    ...(value === undefined ? {} : { valueExpression: value }),
    ...(level === undefined ? {} : { level }),
    ...(metric === undefined ? {} : { metricName: metric.name, metricType: metric.type }),
    alias,
    where:
      conditions.length > 1
        ? conditions.map((condition) => `(${condition})`).join(" AND ")
        : conditions.join(""),
    whereLanguage: "lucene",
  };
}
