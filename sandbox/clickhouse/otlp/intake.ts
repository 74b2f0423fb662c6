import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import type { AttributeType } from "../base/attributeType";
import type { Fault, FaultPlan } from "../base/faults";
import { RequestBodyError, readBody } from "../base/requestBody";
import type { IntakeStats, Signal } from "../base/signal";
import { equalSecrets } from "../http/credentials";
import { type Encoding, encodeStatus, encodeSuccess, OtlpPayloadError } from "./codec";
import { requestRows, type TableRows } from "./rows";

/** As the OTLP receiver's default: 20 MiB, as sent and decoded. */
const MAX_BODY_SIZE = 20 * 1024 * 1024;
const CONTENT_TYPES: Readonly<Record<Encoding, string>> = {
  protobuf: "application/x-protobuf",
  json: "application/json",
};
const SIGNAL_BY_PATH: ReadonlyMap<string, Signal> = new Map([
  ["/v1/logs", "logs"],
  ["/v1/traces", "traces"],
  ["/v1/metrics", "metrics"],
]);
/** gRPC's code for an HTTP status, as the receiver puts it into the body of an error; 2 is "unknown". */
const GRPC_CODES: Readonly<Record<number, number>> = {
  400: 3,
  401: 16,
  403: 7,
  404: 12,
  429: 8,
  502: 14,
  503: 14,
  504: 14,
};

/** The dependencies of the intake. */
export interface IntakeContext {
  readonly ingestionKey: string;
  readonly attributes: AttributeType;
  readonly faults: FaultPlan;
  readonly stats: IntakeStats;
  readonly store: (rows: TableRows) => Promise<void>;
}

/** An answer that isn't success: a google.rpc.Status, or plain text. */
class Refusal extends Error {
  get plain(): boolean {
    return this.status === 405 || this.status === 415;
  }

  constructor(
    readonly status: number,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

/** Answers a request as the OTLP/HTTP receiver of ClickStack's collector does; rows are stored before the answer. */
export async function answerOtlp(
  context: IntakeContext,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const signal = SIGNAL_BY_PATH.get(new URL(request.url ?? "/", "http://127.0.0.1").pathname);
  const stats = signal === undefined ? undefined : context.stats[signal];
  if (stats) stats.requests++;
  const encoding = encodingOf(request.headers["content-type"]);
  try {
    const fault = signal === undefined ? undefined : context.faults.take(signal, Date.now());
    if (fault) await suffer(fault, request);
    checkKey(request.headers.authorization, context.ingestionKey);
    if (signal === undefined) return sendText(request, response, 404, "404 page not found\n");
    if (request.method !== "POST") throw new Refusal(405, "method not allowed, supported: [POST]");
    if (!encoding)
      throw new Refusal(415, "unsupported media type, supported: [application/json, application/x-protobuf]");
    const records = await store(context, signal, encoding, await readBody(request, MAX_BODY_SIZE));
    context.stats[signal].records += records;
    response.writeHead(200, { "Content-Type": CONTENT_TYPES[encoding] });
    response.end(encodeSuccess(signal, encoding));
  } catch (error) {
    if (stats) stats.refused++;
    if (error instanceof Dropped) return;
    const refusal = toRefusal(error);
    if (refusal.plain) sendText(request, response, refusal.status, `${refusal.status} ${refusal.message}`);
    else sendError(request, response, encoding, refusal);
  }
}

async function store(
  context: IntakeContext,
  signal: Signal,
  encoding: Encoding,
  body: Buffer,
): Promise<number> {
  const rows = requestRows(signal, encoding, body, context.attributes);
  await context.store(rows);
  return [...rows.values()].reduce((sum, { length }) => sum + length, 0);
}

class Dropped extends Error {}

async function suffer(fault: Fault, request: IncomingMessage): Promise<void> {
  if (fault.delayMs !== undefined) await sleep(fault.delayMs);
  if (fault.drop) {
    request.socket.destroy();
    throw new Dropped();
  }
  if (fault.status === undefined) return;
  const headers: Record<string, string> = {};
  if (fault.retryAfterSeconds !== undefined) headers["Retry-After"] = String(fault.retryAfterSeconds);
  throw new Refusal(fault.status, "fault set by a test", headers);
}

/** ClickStack's collector expects the bare ingestion key, without a scheme before it. */
function checkKey(authorization: string | undefined, ingestionKey: string): void {
  if (!authorization) throw new Refusal(401, "missing or empty authorization header: Authorization");
  if (!equalSecrets(authorization, ingestionKey)) throw new Refusal(401, "scheme or token does not match");
}

function encodingOf(contentType: string | undefined): Encoding | undefined {
  const mediaType = contentType?.split(";")[0]?.trim().toLowerCase();
  if (mediaType === CONTENT_TYPES.protobuf) return "protobuf";
  return mediaType === CONTENT_TYPES.json ? "json" : undefined;
}

function toRefusal(error: unknown): Refusal {
  if (error instanceof Refusal) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof OtlpPayloadError || error instanceof RequestBodyError)
    return new Refusal(400, message);
  return new Refusal(503, message); // The store failed: the client should retry.
}

function sendError(
  request: IncomingMessage,
  response: ServerResponse,
  encoding: Encoding | undefined,
  { status, message, headers }: Refusal,
): void {
  const used = encoding ?? "json";
  response.writeHead(status, { ...headers, "Content-Type": CONTENT_TYPES[used] });
  response.end(encodeStatus(GRPC_CODES[status] ?? 2, message, used));
  request.resume();
}

function sendText(request: IncomingMessage, response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { "Content-Type": "text/plain" });
  response.end(text);
  request.resume(); // An unread rest of the body must not block the connection.
}
