import { ClickHouseError } from "../base/clickHouseError";
import { topLevelWords, type Word } from "./words";

/** An INSERT whose rows are in the request, in one of ClickHouse's formats. */
export interface InsertRequest {
  readonly kind: "insert";
  /** `INSERT INTO table (columns)` */
  readonly head: string;
  /** `SETTINGS … FORMAT name`, the settings being optional. */
  readonly tail: string;
  readonly data: Buffer;
}

/** Any other statement. */
export interface QueryRequest {
  readonly kind: "query";
  readonly sql: string;
  /** First word in upper case. */
  readonly verb: string;
  /** The format given in the statement itself. */
  readonly format?: string;
}

const SYNTAX_ERROR = 62;
/** Words that end an INSERT's table and columns, other than its settings. */
const INSERT_SOURCES = new Set(["VALUES", "FORMAT", "SELECT", "WITH", "FROM", "WATCH", "EXPLAIN"]);
/** How far into a statement the start of an INSERT's data is searched, as ClickHouse's max_query_size. */
const MAX_HEAD_SIZE = 262144;

/**
 * Parses a request: ClickHouse reads the `query` parameter, a line break and the body as one text, in which the data of an
 * INSERT follow its FORMAT or VALUES.
 */
export function parseRequest(query: string, body: Buffer): InsertRequest | QueryRequest {
  const text = query === "" ? body : Buffer.concat([Buffer.from(`${query}\n`), body]);
  return parseInsert(text) ?? parseQuery(text.toString("utf8"));
}

function parseInsert(text: Buffer): InsertRequest | undefined {
  // One character per byte, so that positions are byte positions; keywords are ASCII.
  const head = text.toString("latin1", 0, MAX_HEAD_SIZE);
  const bytes = (start: number, end: number): string => text.toString("utf8", start, end);
  let previous: Word | undefined;
  let settings: number | undefined;
  const words = topLevelWords(head);
  for (const word of words) {
    const keyword = word.text.toUpperCase();
    if (!previous && keyword !== "INSERT") return undefined;
    const isName = previous && namesTable(head, previous, word);
    previous = word;
    if (isName) continue;
    if (keyword === "SETTINGS" && settings === undefined) settings = word.start;
    if (!INSERT_SOURCES.has(keyword)) continue;
    const headEnd = settings ?? word.start;
    const clause = settings === undefined ? "" : `${bytes(settings, word.start).trimEnd()} `;
    const result = { kind: "insert", head: bytes(0, headEnd).trimEnd() } as const;
    if (keyword === "VALUES")
      return { ...result, tail: `${clause}FORMAT Values`, data: text.subarray(word.end) };
    if (keyword !== "FORMAT") return undefined;
    const format = words.next().value;
    if (!format) return undefined;
    const data = text.subarray(dataStart(text, format.end));
    return { ...result, tail: `${clause}FORMAT ${format.text}`, data };
  }
  return undefined;
}

/** Whether a word is the table's name, which may be spelled like a keyword. */
function namesTable(sql: string, previous: Word, word: Word): boolean {
  if (!["INTO", "TABLE"].includes(previous.text.toUpperCase())) return false;
  if (["TABLE", "FUNCTION"].includes(word.text.toUpperCase())) return false;
  return sql.slice(previous.end, word.start).trim() === "";
}

/** Data begin after the blanks that follow the format's name and at most one line break. */
function dataStart(text: Buffer, formatEnd: number): number {
  let at = formatEnd;
  while ([0x20, 0x09, 0x0c].includes(text[at] ?? 0)) at++;
  if (text[at] === 0x0d) at++;
  if (text[at] === 0x0a) at++;
  return at;
}

function parseQuery(sql: string): QueryRequest {
  let verb: string | undefined;
  let previous = "";
  let format: string | undefined;
  let ended = false;
  for (const word of topLevelWords(sql)) {
    if (word.text === ";") {
      ended = true;
      continue;
    }
    if (ended) {
      throw new ClickHouseError(
        SYNTAX_ERROR,
        "Syntax error (Multi-statements are not allowed). (SYNTAX_ERROR)",
      );
    }
    verb ??= word.text.toUpperCase();
    if (previous === "FORMAT") format = word.text;
    previous = word.text.toUpperCase();
  }
  return { kind: "query", sql, verb: verb ?? "", ...(format === undefined ? {} : { format }) };
}
