import { type IConversionOptions, parse, type Root } from "protobufjs";
import type { Signal } from "../base/signal";
import type { LogsRequest, MetricsRequest, TracesRequest } from "./messages";
import { OTLP_PROTOCOL } from "./protocol";

/** The two encodings of OTLP/HTTP. */
export type Encoding = "protobuf" | "json";

/** The request of each signal. */
export interface Requests {
  readonly logs: LogsRequest;
  readonly traces: TracesRequest;
  readonly metrics: MetricsRequest;
}

/** A body that is not an OTLP request of the signal. */
export class OtlpPayloadError extends Error {
  override readonly name = "OtlpPayloadError";
}

const MESSAGES: Readonly<Record<Signal, string>> = {
  logs: "ExportLogsService",
  traces: "ExportTraceService",
  metrics: "ExportMetricsService",
};
const CONVERSION: IConversionOptions = { longs: BigInt, defaults: true };
/** Length of the identifiers in bytes; OTLP's JSON encodes them in hexadecimal, unlike all other bytes. */
const ID_LENGTHS: Readonly<Record<string, number>> = { traceId: 16, spanId: 8, parentSpanId: 8 };

let schema: Root | undefined;

function message(name: string) {
  schema ??= parse(OTLP_PROTOCOL).root;
  return schema.lookupType(`otlp.${name}`);
}

/**
 * Decodes the body of an export request.
 *
 * @throws OtlpPayloadError
 */
export function decodeRequest<S extends Signal>(signal: S, encoding: Encoding, body: Buffer): Requests[S] {
  const type = message(`${MESSAGES[signal]}Request`);
  try {
    const decoded = encoding === "json" ? type.fromObject(parseJson(body)) : type.decode(body);
    const request = type.toObject(decoded, CONVERSION);
    checkIds(request);
    return request as Requests[S];
  } catch (error) {
    throw new OtlpPayloadError(error instanceof Error ? error.message : String(error));
  }
}

/** The response if everything was accepted. */
export function encodeSuccess(signal: Signal, encoding: Encoding): Buffer {
  if (encoding === "json") return Buffer.from('{"partialSuccess":{}}');
  const type = message(`${MESSAGES[signal]}Response`);
  return Buffer.from(type.encode(type.fromObject({ partialSuccess: {} })).finish());
}

/** The body of an error: a google.rpc.Status. */
export function encodeStatus(code: number, text: string, encoding: Encoding): Buffer {
  if (encoding === "json") return Buffer.from(JSON.stringify({ code, message: text }));
  const type = message("RpcStatus");
  return Buffer.from(type.encode(type.fromObject({ code, message: text })).finish());
}

function parseJson(body: Buffer): Record<string, unknown> {
  const value: unknown = JSON.parse(body.toString("utf8"), (key, entry: unknown) =>
    Object.hasOwn(ID_LENGTHS, key) && typeof entry === "string" ? fromHex(key, entry) : entry,
  );
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new Error("expected a JSON object");
  }
  return value as Record<string, unknown>;
}

function fromHex(key: string, text: string): Buffer {
  if (!/^(?:[0-9a-f]{2})*$/i.test(text)) throw new Error(`${key}: not hexadecimal: ${JSON.stringify(text)}`);
  return Buffer.from(text, "hex");
}

/** Identifiers are empty or of their exact length. */
function checkIds(value: unknown): void {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) return;
  for (const [key, entry] of Object.entries(value)) {
    if (entry instanceof Uint8Array) {
      const expected = ID_LENGTHS[key];
      if (expected !== undefined && entry.length !== 0 && entry.length !== expected) {
        throw new Error(`${key}: ${entry.length} bytes instead of ${expected}`);
      }
    } else checkIds(entry);
  }
}
