import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { ClickHouseError } from "../base/clickHouseError";
import { RequestBodyError, readBody } from "../base/requestBody";
import { allowOrigin, answerPreflight } from "./browsers";
import { decodeCompressedBlocks, encodeCompressedBlocks } from "./compressedBlocks";
import { authenticate, type UserName } from "./credentials";
import { exceptionStatus } from "./exceptionStatus";
import { type Answer, type ExecutionContext, execute } from "./execution";
import { isForm, readForm } from "./form";
import { contentType, type RequestParameters, readRequestParameters } from "./requestParameters";

const MAX_BODY_SIZE = 512 * 1024 * 1024;
const BAD_REQUEST_BODY = 36; // BAD_ARGUMENTS
const UNKNOWN_EXCEPTION = 1002;
/** The users for whom requests are executed. */
export interface Clients {
  /** Password of user `default`. */
  readonly ingestionKey: string;
  readonly users: Readonly<Record<UserName, ExecutionContext>>;
}

/** Answers a request as ClickHouse's HTTP interface does: `/ping`, and `/` with a query. */
export async function answerClickHouse(
  { ingestionKey, users }: Clients,
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
  let compressed = false;
  try {
    const user = users[authenticate(request.headers, url.searchParams, ingestionKey)];
    const body = await readBody(request, MAX_BODY_SIZE);
    const { "content-type": contentType = "" } = request.headers;
    const isFields = isForm(contentType);
    if (isFields)
      for (const [name, value] of await readForm(body, contentType)) url.searchParams.append(name, value);
    const parameters = readRequestParameters(url.searchParams, request.headers);
    compressed = parameters.compressBlocks;
    const content = isFields ? Buffer.alloc(0) : parameters.decompress ? decodeCompressedBlocks(body) : body;
    if (parameters.query === "" && content.length === 0) return sendText(response, 200, "Ok.\n");
    const readonly = parameters.readonly || request.method === "GET" || request.method === "HEAD";
    const answer = await execute(user, parameters, content, readonly);
    sendResult(request, response, parameters, answer);
  } catch (error) {
    sendException(response, error, compressed);
    request.resume(); // An unread rest of the body must not block the connection.
  }
}

function sendResult(
  request: IncomingMessage,
  response: ServerResponse,
  parameters: RequestParameters,
  answer: Answer,
): void {
  const { body } = answer;
  response.setHeader("X-ClickHouse-Query-Id", parameters.queryId ?? randomUUID());
  response.setHeader("X-ClickHouse-Format", answer.format);
  response.setHeader("X-ClickHouse-Timezone", "UTC");
  const counts = JSON.stringify(summary(answer));
  if (parameters.progress) response.setHeader("X-ClickHouse-Progress", counts);
  response.setHeader("X-ClickHouse-Summary", counts);
  response.setHeader("Content-Type", contentType(answer.format));
  const accepted = String(request.headers["accept-encoding"] ?? "");
  if (parameters.compressBlocks) {
    response.end(encodeCompressedBlocks(body));
  } else if (parameters.compressResponse && /\bgzip\b/.test(accepted)) {
    response.setHeader("Content-Encoding", "gzip");
    response.end(gzipSync(body));
  } else {
    response.end(body);
  }
}

function summary(answer: Answer): Record<string, string> {
  const { rowsRead, bytesRead, elapsedSeconds } = answer;
  return {
    read_rows: String(rowsRead),
    read_bytes: String(bytesRead),
    written_rows: String(answer.written ? rowsRead : 0),
    written_bytes: String(answer.written ? bytesRead : 0),
    total_rows_to_read: "0",
    result_rows: String(answer.written ? rowsRead : 0),
    result_bytes: String(answer.written ? bytesRead : answer.body.length),
    elapsed_ns: String(Math.round(elapsedSeconds * 1e9)),
  };
}

/** A client that requested compressed blocks expects exceptions in them, too. */
function sendException(response: ServerResponse, error: unknown, compressed: boolean): void {
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
  const text = `${exception.message}\n`;
  response.writeHead(status, { "Content-Type": "text/plain; charset=UTF-8" });
  response.end(compressed ? encodeCompressedBlocks(Buffer.from(text)) : text);
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "Content-Type": "text/plain; charset=UTF-8" });
  response.end(text);
}
