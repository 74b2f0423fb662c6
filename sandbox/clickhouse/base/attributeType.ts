/**
 * Type of the tables' attribute columns: `map` as in ClickStack's own tables, where every value is text; `json` as in
 * those that the collector's ClickHouse exporter makes with `json: true`, where values keep their types.
 */
export type AttributeType = "map" | "json";
