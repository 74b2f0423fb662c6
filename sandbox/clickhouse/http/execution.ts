import { blocksForRevision } from "../native/revision";
import type { Engine } from "../store/engine";
import { refuseBeyondReading, refuseWriting } from "./readingOnly";
import { parseRequest, type QueryRequest } from "./request";
import type { RequestParameters } from "./requestParameters";
import { noSession, type Session, type Sessions } from "./sessions";

/** The context in which requests are executed. */
export interface ExecutionContext {
  readonly engine: Engine;
  readonly sessions: Sessions;
  /** Name of the user if it is read-only. */
  readonly reader?: string;
}

/** An answer that is not yet written. */
export interface Answer {
  readonly body: Buffer;
  readonly format: string;
  readonly written: boolean;
  readonly rowsRead: number;
  readonly bytesRead: number;
  readonly elapsedSeconds: number;
}

const nothing = { body: Buffer.alloc(0), rowsRead: 0, bytesRead: 0, elapsedSeconds: 0 };

/**
 * Executes a request's statement.
 *
 * @param content its body, uncompressed
 * @throws ClickHouseError with ClickHouse's code
 */
export async function execute(
  { engine, sessions, reader }: ExecutionContext,
  parameters: RequestParameters,
  content: Buffer,
  readonly: boolean,
): Promise<Answer> {
  const parsed = parseRequest(parameters.query, content);
  if (reader !== undefined) refuseBeyondReading(parsed, parameters.settings, reader);
  if (readonly) refuseWriting(parsed);
  const before = parameters.session ? sessions.read(parameters.session, Date.now()) : noSession;
  const database = parameters.database ?? before.database;
  const context = {
    database,
    settings: { ...before.settings, ...parameters.settings },
    parameters: parameters.values,
  };
  let after: Session = before;
  let answer: Answer;
  if (parsed.kind === "insert") {
    const format = parameters.defaultFormat;
    const { head, tail, data } = parsed;
    const result = data.length === 0 ? nothing : await engine.insert({ ...context, head, tail, data });
    answer = { ...nothing, ...result, format, written: true };
  } else if (parsed.verb === "SET" || parsed.verb === "USE") {
    // Without a session, their changes end with the request, so only success or failure remains to be reported.
    after = await engine.change({ ...context, settings: before.settings, sql: parsed.sql });
    answer = { ...nothing, format: parsed.format ?? parameters.defaultFormat, written: false };
  } else {
    answer = await query(engine, context, parsed, parameters);
  }
  if (parameters.session) sessions.write(parameters.session, after, Date.now());
  return answer;
}

async function query(
  engine: Engine,
  context: Omit<Parameters<Engine["run"]>[0], "sql" | "format">,
  parsed: QueryRequest,
  { defaultFormat, protocolVersion }: RequestParameters,
): Promise<Answer> {
  const format = parsed.format ?? defaultFormat;
  const { bytes, ...result } = await engine.run({ ...context, sql: parsed.sql, format });
  const body = Buffer.from(bytes);
  const isNative = format.toLowerCase() === "native";
  return {
    ...result,
    body: isNative ? blocksForRevision(body, protocolVersion) : body,
    format,
    written: false,
  };
}
