import { ClickHouseError } from "../base/clickHouseError";
import type { InsertRequest, QueryRequest } from "./request";

const READONLY = 164;
const READING_VERBS = new Set([
  ...["", "SELECT", "WITH", "SHOW", "DESCRIBE", "DESC", "EXISTS", "EXPLAIN", "UNION", "USE"],
]);

/**
 * A setting that is reset to its default. ClickHouse (26.7) allows this even where it refuses other values, also for `readonly`
 * itself, so that a reader could remove all limits. A comment after `=` is not examined but refused.
 */
const DEFAULT_VALUE = /=[^\w'"`]*(?:DEFAULT\b|--|#|\/\*)/i;
/** Over HTTP, ClickHouse refuses to write a file on its machine; the engine on its own would write it. */
const OUTFILE = /\bOUTFILE\b/i;

/** Refuses a request that is sent as read-only and would write. @throws ClickHouseError 164 */
export function refuseWriting(parsed: InsertRequest | QueryRequest): void {
  // Not a write: the change ends with the request or belongs to its session.
  const isSet = parsed.kind === "query" && parsed.verb === "SET";
  if (isSet || isReading(parsed)) return;
  throw refusal(
    "Cannot execute query in readonly mode. For queries over HTTP, method GET implies readonly. You should use method POST for modifying queries.",
  );
}

/**
 * Refuses what a read-only user may not do, in addition to the engine's refusals: the engine executes statements such as KILL and
 * BACKUP, and its `readonly` can be bypassed.
 *
 * @param user name for the message
 * @param settings of the request
 * @throws ClickHouseError 164
 */
export function refuseBeyondReading(
  parsed: InsertRequest | QueryRequest,
  settings: Readonly<Record<string, string>>,
  user: string,
): void {
  const [setting] = Object.keys(settings);
  if (setting !== undefined) throw refusal(`${user}: Cannot modify '${setting}' setting in readonly mode.`);
  if (!isReading(parsed)) throw refusal(`${user}: Cannot execute query in readonly mode.`);
  if (DEFAULT_VALUE.test(parsed.sql))
    throw refusal(
      `${user}: Cannot give a setting its default in readonly mode, nor read a comment after "=".`,
    );
  if (OUTFILE.test(parsed.sql))
    throw refusal(
      `${user}: Cannot write a file (INTO OUTFILE) in readonly mode. Pass the word as a parameter.`,
    );
}

function isReading(parsed: InsertRequest | QueryRequest): parsed is QueryRequest {
  return parsed.kind === "query" && READING_VERBS.has(parsed.verb);
}

function refusal(message: string): ClickHouseError {
  return new ClickHouseError(READONLY, `${message} (READONLY)`);
}
