/** A source of HyperDX by its name in ClickStack. */
export type SourceName = "Logs" | "Traces" | "Metrics";

/** How HyperDX shows a number. `factor` of a duration: what one unit of the value is in seconds. */
export interface NumberFormat {
  output: "number" | "percent" | "byte" | "duration";
  mantissa?: number;
  thousandSeparated?: boolean;
  factor?: number;
}

/** One aggregated value of a chart. */
export interface Series {
  alias: string;
  aggFn: "count" | "sum" | "max" | "quantile";
  /** Column or expression; omitted for `count`. */
  value?: string;
  level?: 0.5 | 0.95 | 0.99;
  /** Lucene. Default: every row. */
  where?: string;
  /** For the source "Metrics". HyperDX does not accept two types of metrics in one grouped tile. */
  metric?: { name: string; type: "sum" | "gauge" | "histogram" };
}

/** Aggregated values as a number, over time, or by group. */
export interface SeriesChart {
  kind: "number" | "line" | "stacked_bar" | "table";
  source: SourceName;
  series: readonly Series[];
  /** Lucene, for all series. */
  where?: string;
  /** SQL expressions, separated by commas. */
  groupBy?: string;
  format?: NumberFormat;
  /** Shows the first series divided by the second one. */
  ratio?: boolean;
  /** A value above 0 is shown as an error, with this label. */
  errorLabel?: string;
  /** Name of the dashboard that a click on a row opens, with the row's function as its filter. */
  opens?: string;
}

/** Rows as the search page lists them. */
export interface SearchChart {
  kind: "search";
  source: "Logs" | "Traces";
  /** Columns, separated by commas. */
  select: string;
  /** Lucene. */
  where: string;
}

/** A tile of a dashboard. Positions and sizes are in cells of a grid of 24 columns. */
export interface Tile {
  /** Stays the same from version to version: alerts and stored dashboards are matched by it. */
  id: string;
  name: string;
  x: number;
  y: number;
  w: number;
  h: number;
  chart: SeriesChart | SearchChart;
}

/** A choice above a dashboard's tiles: the values of a column of one source, which narrow all tiles. */
export interface Filter {
  id: string;
  name: string;
  /** SQL expression. */
  expression: string;
  source: SourceName;
  /** Lucene: the rows whose values are offered. */
  where: string;
}

/** A dashboard of HyperDX, however it is created there. */
export interface Dashboard {
  name: string;
  description: string;
  filters: readonly Filter[];
  tiles: readonly Tile[];
}

/** The tag of this project's dashboards, searches and alerts in HyperDX. */
export const tag = "AWS Lambda";
