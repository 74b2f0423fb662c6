import type { Attributes } from "./spanData";

/** A call of a database by its client. */
export interface DatabaseCall {
  /** `db.system.name`, such as `postgresql`. */
  system: string;
  /** For databases with a query language; literal values are removed. */
  query?: string;
  /** For others: the command. */
  operation?: string;
  collection?: string;
  namespace?: string;
  host?: string;
  port?: number;
  /** Number of commands that are sent together. */
  batchSize?: number;
}

/** Maximum length of a query's text. */
const LONGEST = 2048;

/**
 * Name and attributes by OpenTelemetry's "Semantic conventions for database client spans", without values of
 * parameters.
 */
export function databaseSpan(call: DatabaseCall): { name: string; attributes: Attributes } {
  const text = call.query === undefined ? undefined : sanitizedQuery(call.query, call.system);
  const operation = call.operation ?? operationOf(text ?? "");
  const name = [operation, call.collection ?? call.namespace].filter((part) => part).join(" ");
  return {
    name: name || call.system,
    attributes: {
      "db.system.name": call.system,
      "db.operation.name": operation || undefined,
      "db.collection.name": call.collection,
      "db.namespace": call.namespace || undefined,
      "db.query.text": text,
      "db.operation.batch.size": call.batchSize,
      "server.address": call.host,
      "server.port": call.port,
    },
  };
}

/** The first word: `SELECT`, `WITH`. */
const operationOf = (query: string): string => /^\W*([a-z]+)/i.exec(query)?.[1]?.toUpperCase() ?? "";

// In this order: comments, strings (doubled or escaped quotes, without an end if the text was truncated), dollar
// quotes, numbers.
const COMMENTS = "--[^\\n]*|/\\*[\\s\\S]*?(?:\\*/|$)";
const SINGLE = "'(?:[^'\\\\]|''|\\\\[\\s\\S])*(?:'|$)";
const DOUBLE = '"(?:[^"\\\\]|""|\\\\[\\s\\S])*(?:"|$)';
const DOLLARS = "\\$(\\w*)\\$[\\s\\S]*?(?:\\$\\1\\$|$)";
const NUMBERS = "(?<![\\w$:@.])-?(?:0x[\\da-f]+|\\d+(?:\\.\\d+)?(?:e[+-]?\\d+)?)(?!\\w)";
const POSTGRESQL = new RegExp(`${COMMENTS}|${SINGLE}|${DOLLARS}|${NUMBERS}`, "gi");
const MYSQL = new RegExp(`${COMMENTS}|${SINGLE}|${DOUBLE}|${NUMBERS}`, "gi");

/** A query without its literals and comments. `"` quotes names in PostgreSQL and strings in MySQL. */
export function sanitizedQuery(query: string, system: string): string {
  const literals = system === "mysql" ? MYSQL : POSTGRESQL;
  const shortened = query.slice(0, LONGEST * 2);
  const sanitized = shortened.replace(literals, (found) => (/^(--|\/\*)/.test(found) ? " " : "?"));
  return sanitized.replace(/\s+/g, " ").trim().slice(0, LONGEST);
}
