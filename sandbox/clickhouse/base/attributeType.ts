/**
 * Type of the tables' attribute columns: `map` as in ClickStack's own tables, where every value is a string; `json` as in the
 * tables that the collector's ClickHouse exporter creates with `json: true`, where values keep their types.
 */
export type AttributeType = "map" | "json";
