import { type Joined, parse, type Range, type Term } from "@hyperdx/lucene";
import { type Parameters, RequestError } from "./statement";

/** Tables that can be filtered. */
export type Table = "logs" | "traces";

const columns: Readonly<Record<Table, readonly string[]>> = {
  logs: [
    "Body",
    "SeverityText",
    "SeverityNumber",
    "ServiceName",
    "TraceId",
    "SpanId",
    "EventName",
    "ScopeName",
  ],
  traces: [
    "SpanName",
    "SpanKind",
    "StatusCode",
    "StatusMessage",
    "Duration",
    "ServiceName",
    "TraceId",
    "SpanId",
    "ParentSpanId",
    "ScopeName",
  ],
};
const maps: Readonly<Record<Table, readonly string[]>> = {
  logs: ["LogAttributes", "ResourceAttributes", "ScopeAttributes"],
  traces: ["SpanAttributes", "ResourceAttributes"],
};
const numeric = new Set(["SeverityNumber", "Duration"]);
/** Short names in addition to HyperDX's. */
const aliases: Readonly<Record<Table, Readonly<Record<string, string>>>> = {
  logs: {
    level: "SeverityText",
    function: "ServiceName",
    invocation: "LogAttributes.faas.invocation_id",
    trace: "TraceId",
  },
  traces: {
    status: "StatusCode",
    function: "ServiceName",
    invocation: "SpanAttributes.faas.invocation_id",
    trace: "TraceId",
  },
};
const words: Readonly<Record<Table, string>> = { logs: "Body", traces: "SpanName" };

type Node = Joined | Term | Range;

/**
 * The SQL of a filter in HyperDX's subset of Lucene: words, `"phrases"`, `field:word`, `field:"exactly"`, `field:*`, `field:>5`,
 * `field:[1 TO 5]`, `AND`, `OR`, `NOT`, `-`, parentheses. Empty: every row.
 * @throws RequestError that says where the filter is invalid, or which fields exist.
 */
export function filterCondition(filter: string, table: Table, parameters: Parameters): string {
  if (filter.trim() === "") return "1";
  return new Translation(table, parameters).of(parsed(filter));
}

function parsed(filter: string): Joined {
  try {
    return parse(filter);
  } catch (error) {
    const offset = (error as { location?: { start?: { offset?: number } } }).location?.start?.offset;
    const rest = offset === undefined ? "" : filter.slice(offset);
    const where = rest === "" ? "its end" : `"${rest.slice(0, 20)}"`;
    throw new RequestError(
      `The filter is invalid at ${where}. Put values with spaces, colons or parentheses in quotes: Body:"a: b".`,
    );
  }
}

/** Converts one filter to SQL. */
class Translation {
  constructor(
    private readonly table: Table,
    private readonly parameters: Parameters,
  ) {}

  of(node: Node, field?: string): string {
    if ("term" in node) return this.term({ ...node, field: named(node.field, field) });
    if ("term_min" in node) return this.range({ ...node, field: named(node.field, field) });
    const within = node.field ?? field;
    const { start, left, operator, right } = node;
    if (left === undefined) return "1";
    const first = start === "NOT" ? `NOT ${this.of(left, within)}` : this.of(left, within);
    if (right === undefined) return first;
    const joined = operator?.startsWith("OR") || operator === "||" ? "OR" : "AND";
    const not = operator?.endsWith("NOT") ? "NOT " : "";
    return `(${first} ${joined} ${not}${this.of(right, within)})`;
  }

  private term({ field, term, quoted, prefix }: Term): string {
    const negated = field.startsWith("-") || prefix === "-" || prefix === "!";
    const name = field.replace(/^-/, "");
    const text = term.replace(/\\(.)/g, "$1");
    const condition = name === "<implicit>" ? this.word(text) : this.fieldTerm(name, text, quoted);
    return negated ? `NOT ${condition}` : condition;
  }

  private word(text: string): string {
    return `(${words[this.table]} ILIKE ${this.parameters.add(pattern(text, true))})`;
  }

  private fieldTerm(field: string, text: string, quoted: boolean): string {
    const { sql, isNumber } = this.column(field);
    if (!quoted && text === "*") return isNumber ? "1" : `(${sql} != '')`;
    const [, operator, limit] = (!quoted && /^(>=|<=|>|<)(.+)$/.exec(text)) || [];
    if (operator !== undefined)
      return `(${numberOf(sql, isNumber)} ${operator} ${this.number(limit, field)})`;
    if (isNumber) return `(${sql} = ${this.number(text, field)})`;
    if (quoted) return `(${sql} = ${this.parameters.add(text)})`;
    return `(${sql} ILIKE ${this.parameters.add(pattern(text, !text.includes("*")))})`;
  }

  private range({ field, term_min, term_max, inclusive }: Range): string {
    const { sql, isNumber } = this.column(field);
    const value = numberOf(sql, isNumber);
    const low = inclusive === "both" || inclusive === "left" ? ">=" : ">";
    const high = inclusive === "both" || inclusive === "right" ? "<=" : "<";
    return `(${value} ${low} ${this.number(term_min, field)} AND ${value} ${high} ${this.number(term_max, field)})`;
  }

  private number(text: string | undefined, field: string): string {
    const value = Number(text);
    if (text === undefined || text.trim() === "" || !Number.isFinite(value))
      throw new RequestError(`"${text}" is compared with ${field} and must be a number.`);
    return this.parameters.add(value, "Float64");
  }

  private column(field: string): { sql: string; isNumber: boolean } {
    const name = aliases[this.table][field] ?? field;
    if (columns[this.table].includes(name)) return { sql: name, isNumber: numeric.has(name) };
    const [, map = "", key = ""] = /^(\w+)\.(.+)$/.exec(name) ?? [];
    if (maps[this.table].includes(map))
      return { sql: `${map}[${this.parameters.add(key)}]`, isNumber: false };
    const known = [
      ...Object.keys(aliases[this.table]),
      ...columns[this.table],
      ...maps[this.table].map((m) => `${m}.<name>`),
    ];
    throw new RequestError(`There is no field "${field}". Fields: ${known.join(", ")}.`);
  }
}

function named(own: string, outer: string | undefined): string {
  return own === undefined || (own === "<implicit>" && outer !== undefined) ? (outer ?? "<implicit>") : own;
}

/** Attributes are strings; those that are not numbers are outside every range. */
function numberOf(sql: string, isNumber: boolean): string {
  return isNumber ? sql : `toFloat64OrNull(${sql})`;
}

/** A pattern for LIKE, in which the word's own `%` and `_` are literal and `*` matches anything. */
function pattern(text: string, anywhere: boolean): string {
  const escaped = text.replace(/[\\%_]/g, "\\$&").replaceAll("*", "%");
  return anywhere ? `%${escaped}%` : escaped;
}
