import { askedOnce } from "./askedOnce";

/** Tables whose attributes can be of either type; metrics have maps in all of ClickStack's and the collector's tables. */
const tables = ["otel_logs", "otel_traces"] as const;

/** A table whose attributes can be `Map(String, String)` or `JSON`. */
type Table = (typeof tables)[number];

/** Asks ClickHouse for the tables whose attributes are JSON. */
const jsonTables = `SELECT DISTINCT table FROM system.columns
  WHERE database = currentDatabase() AND table IN ('${tables.join("', '")}') AND name = 'ResourceAttributes' AND type LIKE 'JSON%'`;

/** An attribute in a statement that is written for maps: `LogAttributes['faas.name']`, `SpanAttributes[{p0:String}]`. */
const attribute = /\b((?:Resource|Scope|Log|Span)Attributes)\[('(?:[^'\\]|\\.)*'|\{\w+:String\})\]/g;

/** Runs a statement and gives its rows. */
type Rows = <Row>(sql: string) => Promise<Row[]>;

/** A statement with the conversion that its rows need. */
export interface Fitted {
  sql: string;
  /** A row with its attributes as they are in maps: text by dotted names. */
  row<Row>(row: Row): Row;
}

/**
 * Adapts statements that are written for attributes in maps to tables that have them as JSON, as the collector's
 * exporter makes with `json: true`. The tables' columns are requested once.
 */
export class AttributeColumns {
  private readonly json: () => Promise<ReadonlySet<string>>;

  constructor(rows: Rows) {
    this.json = askedOnce(async () => {
      const found = await rows<{ table: Table }>(jsonTables);
      return new Set(found.map(({ table }) => table));
    });
  }

  /** @param sql a statement with attributes of only one of the tables. */
  async fit(sql: string): Promise<Fitted> {
    const used = tables.filter((table) => new RegExp(`\\b${table}\\b`).test(sql));
    if (used.length === 0) return asItIs(sql);
    const json = await this.json();
    return used.some((table) => json.has(table)) ? forJson(sql) : asItIs(sql);
  }
}

function asItIs(sql: string): Fitted {
  return { sql, row: (row) => row };
}

/** The same for JSON: an attribute that is absent is empty, and every value is text. */
export function forJson(sql: string): Fitted {
  return {
    sql: sql.replace(attribute, "ifNull(toString(getSubcolumn($1, $2)), '')"),
    row: <Row>(row: Row) =>
      Object.fromEntries(Object.entries(row as object).map(([name, value]) => [name, flat(value)])) as Row,
  };
}

/** Nested values by dotted names, in lists such as those of events, too. */
function flat(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(flat);
  return isObject(value) ? Object.fromEntries(texts(value, "")) : value;
}

function texts(object: object, prefix: string): [string, string][] {
  return Object.entries(object).flatMap(([name, value]): [string, string][] => {
    if (value === null) return [];
    if (isObject(value)) return texts(value, `${prefix}${name}.`);
    return [[`${prefix}${name}`, Array.isArray(value) ? JSON.stringify(value) : String(value)]];
  });
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
