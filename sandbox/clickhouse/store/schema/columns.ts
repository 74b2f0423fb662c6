/** Column and index definitions that ClickStack's tables share. */

import type { AttributeType } from "../../base/attributeType";

/** Days that a row is kept: ClickStack's default of 720 hours. */
export const RETENTION_DAYS = 30;

const COMPRESSION = "CODEC(ZSTD(1))";

export const STRING = `String ${COMPRESSION}`;
export const KEYWORD = `LowCardinality(String) ${COMPRESSION}`;

const ATTRIBUTE_TYPES: Readonly<Record<AttributeType, string>> = {
  map: "Map(LowCardinality(String), String)",
  json: "JSON",
};

/** `name type` with the name quoted, since column names contain dots. */
export function column(name: string, type: string): string {
  return `\`${name}\` ${type}`;
}

/** Attributes; JSON attributes have an additional column with their names. */
export function attributeColumns(name: string, attributes: AttributeType): string[] {
  const values = column(name, `${ATTRIBUTE_TYPES[attributes]} ${COMPRESSION}`);
  return attributes === "map" ? [values] : [values, arrayColumn(`${name}Keys`, "LowCardinality(String)")];
}

/** Attributes of each of a row's events, links or exemplars. */
export function attributeArrayColumn(name: string, attributes: AttributeType): string {
  return arrayColumn(name, ATTRIBUTE_TYPES[attributes]);
}

/** An array column, one of those that together hold a span's events, its links or a point's exemplars. */
export function arrayColumn(name: string, element: string): string {
  return column(name, `Array(${element}) ${COMPRESSION}`);
}

/** `Items` columns: each attribute as `key=value`, computed on reading, for full-text search. */
export function itemsColumn(name: string, attributes: string): string {
  const pairs = `${attributes}::Array(Tuple(String, String))`;
  return column(name, `Array(String) ALIAS arrayMap((arr) -> concat(arr.1, '=', arr.2), ${pairs})`);
}

/** Column that copies one resource attribute out of the map when a row is inserted. */
export function materializedColumn(attribute: string, type: string): string {
  return column(
    `__hdx_materialized_${attribute}`,
    `${type} MATERIALIZED ResourceAttributes['${attribute}'] CODEC(ZSTD(1))`,
  );
}

/** Full-text index over the elements of an array expression. */
export function textIndex(name: string, expression: string): string {
  return `INDEX ${name} ${expression} TYPE text(tokenizer = 'array')`;
}

/** Bloom filter over the elements of an expression with the given share of false positives. */
export function bloomIndex(name: string, expression: string, falsePositives: number): string {
  return `INDEX ${name} ${expression} TYPE bloom_filter(${falsePositives}) GRANULARITY 1`;
}

/** Index of smallest and largest values. */
export function minMaxIndex(name: string, expression: string): string {
  return `INDEX ${name} ${expression} TYPE minmax GRANULARITY 1`;
}

/** The parts of a `CREATE TABLE` besides columns and indexes. */
export interface TableDefinition {
  /** Default: MergeTree. */
  readonly engine?: string;
  readonly name: string;
  readonly columns: readonly string[];
  readonly indexes: readonly string[];
  readonly partitionBy: string;
  readonly orderBy: string;
  /** Expression of the time from which a row's retention counts. */
  readonly retentionFrom: string;
  readonly settings: readonly string[];
}

/** The `CREATE TABLE IF NOT EXISTS` statement of a table. */
export function createTable(table: TableDefinition): string {
  return [
    `CREATE TABLE IF NOT EXISTS \`default\`.${table.name} (`,
    [...table.columns, ...table.indexes].map((line) => `  ${line}`).join(",\n"),
    `) ENGINE = ${table.engine ?? "MergeTree"}`,
    `PARTITION BY ${table.partitionBy}`,
    `ORDER BY (${table.orderBy})`,
    `TTL ${table.retentionFrom} + toIntervalDay(${RETENTION_DAYS})`,
    `SETTINGS ${table.settings.join(", ")}`,
  ].join("\n");
}
