import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { ClickHouseError } from "../base/clickHouseError";
import { RequestBodyError, readBody } from "../base/requestBody";
import type { Engine, StatementResult } from "../store/engine";
import { allowOrigin, answerPreflight } from "./browsers";
import { decodeCompressedBlocks, encodeCompressedBlocks } from "./compressedBlocks";
import { authenticate } from "./credentials";
import { exceptionStatus } from "./exceptionStatus";
import { isForm, readForm } from "./form";
import { parseRequest, type QueryRequest } from "./request";
import { contentType, type RequestParameters, readRequestParameters } from "./requestParameters";

const MAX_BODY_SIZE = 512 * 1024 * 1024;
const BAD_REQUEST_BODY = 36; // BAD_ARGUMENTS
const READONLY = 164;
const UNKNOWN_EXCEPTION = 1002;
const READING_VERBS = new Set([
  "",
  "SELECT",
  "WITH",
  "SHOW",
  "DESCRIBE",
  "DESC",
  "EXISTS",
  "EXPLAIN",
  "UNION",
  "SET",
  "USE",
]);

/** An answer before it is written. */
interface Answer {
  readonly result?: StatementResult;
  readonly format: string;
  readonly written: boolean;
}

/** Answers a request as ClickHouse's HTTP interface does: `/ping`, and `/` with a query. */
export async function answerClickHouse(
  engine: Engine,
  password: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (answerPreflight(request, response)) return;
  const url = new URL(request.url ?? "/", "http://127.0.0.1");
  allowOrigin(request, response, url.searchParams);
  response.setHeader("X-ClickHouse-Server-Display-Name", "clickstack-sandbox");
  if (url.pathname === "/ping" || url.pathname === "/replicas_status")
    return sendText(response, 200, "Ok.\n");
  if (url.pathname !== "/") return sendText(response, 404, `There is no handle ${url.pathname}\n`);
  try {
    authenticate(request.headers, url.searchParams, password);
    const body = await readBody(request, MAX_BODY_SIZE);
    const { "content-type": contentType = "" } = request.headers;
    const isFields = isForm(contentType);
    if (isFields)
      for (const [name, value] of await readForm(body, contentType)) url.searchParams.append(name, value);
    const parameters = readRequestParameters(url.searchParams, request.headers);
    const content = isFields ? Buffer.alloc(0) : parameters.decompress ? decodeCompressedBlocks(body) : body;
    if (parameters.query === "" && content.length === 0) return sendText(response, 200, "Ok.\n");
    const readonly = parameters.readonly || request.method === "GET" || request.method === "HEAD";
    const answer = await execute(engine, parameters, content, readonly);
    sendResult(request, response, parameters, answer);
  } catch (error) {
    sendException(response, error);
    request.resume(); // What is left of the body must not block the connection.
  }
}

async function execute(
  engine: Engine,
  parameters: RequestParameters,
  content: Buffer,
  readonly: boolean,
): Promise<Answer> {
  const { database, settings, values } = parameters;
  const context = { database, settings, parameters: values };
  const parsed = parseRequest(parameters.query, content);
  if (readonly) refuseWriting(parsed.kind === "insert" ? "INSERT" : parsed.verb);
  if (parsed.kind === "query") return query(engine, parsed, parameters);
  const format = parameters.defaultFormat;
  if (parsed.data.length === 0) return { format, written: true };
  const { head, tail, data } = parsed;
  return { result: await engine.insert({ ...context, head, tail, data }), format, written: true };
}

async function query(engine: Engine, parsed: QueryRequest, parameters: RequestParameters): Promise<Answer> {
  const { database, settings, values, defaultFormat } = parameters;
  const format = parsed.format ?? defaultFormat;
  // Without a session, what SET and USE change ends with the request: nothing is left to do.
  if (parsed.verb === "SET" || parsed.verb === "USE") return { format, written: false };
  const result = await engine.run({ sql: parsed.sql, format, database, settings, parameters: values });
  return { result, format, written: false };
}

function refuseWriting(verb: string): void {
  if (READING_VERBS.has(verb)) return;
  throw new ClickHouseError(
    READONLY,
    `Cannot execute query in readonly mode. For queries over HTTP, method GET implies readonly. You should use method POST for modifying queries. (READONLY)`,
  );
}

function sendResult(
  request: IncomingMessage,
  response: ServerResponse,
  parameters: RequestParameters,
  answer: Answer,
): void {
  const body = Buffer.from(answer.result?.bytes ?? []);
  response.setHeader("X-ClickHouse-Query-Id", parameters.queryId ?? randomUUID());
  response.setHeader("X-ClickHouse-Format", answer.format);
  response.setHeader("X-ClickHouse-Timezone", "UTC");
  response.setHeader("X-ClickHouse-Summary", JSON.stringify(summary(answer, body.length)));
  response.setHeader("Content-Type", contentType(answer.format));
  const accepted = String(request.headers["accept-encoding"] ?? "");
  if (parameters.compressBlocks) return void response.end(encodeCompressedBlocks(body));
  if (parameters.compressResponse && /\bgzip\b/.test(accepted)) {
    response.setHeader("Content-Encoding", "gzip");
    response.end(gzipSync(body));
  } else {
    response.end(body);
  }
}

function summary(answer: Answer, resultBytes: number): Record<string, string> {
  const { rowsRead = 0, bytesRead = 0, elapsedSeconds = 0 } = answer.result ?? {};
  return {
    read_rows: String(rowsRead),
    read_bytes: String(bytesRead),
    written_rows: String(answer.written ? rowsRead : 0),
    written_bytes: String(answer.written ? bytesRead : 0),
    total_rows_to_read: "0",
    result_rows: String(answer.written ? rowsRead : 0),
    result_bytes: String(answer.written ? bytesRead : resultBytes),
    elapsed_ns: String(Math.round(elapsedSeconds * 1e9)),
  };
}

function sendException(response: ServerResponse, error: unknown): void {
  const exception =
    error instanceof ClickHouseError
      ? error
      : new ClickHouseError(
          error instanceof RequestBodyError ? BAD_REQUEST_BODY : UNKNOWN_EXCEPTION,
          error instanceof Error ? error.message : String(error),
        );
  response.setHeader("X-ClickHouse-Exception-Code", String(exception.code));
  const status = exceptionStatus(exception.code);
  if (status === 401) response.setHeader("WWW-Authenticate", 'Basic realm="ClickHouse server HTTP API"');
  sendText(response, status, `${exception.message}\n`);
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "Content-Type": "text/plain; charset=UTF-8" });
  response.end(text);
}
