import { subscribe } from "node:diagnostics_channel";
import { at, stringAt } from "../core/json";
import { safely } from "../tracing/invocation";
import type { Layer } from "../tracing/layer";
import { requestFailed, requestStarted, responseStarted, type TracedRequest } from "./requests";

/** The parts of an undici request, in any version, that are used here. */
interface UndiciRequest {
  origin?: unknown;
  method?: unknown;
  path?: unknown;
  /** `name: value` lines, or alternating names and values. */
  headers?: unknown;
  addHeader?: (name: string, value: string) => void;
}

/** `fetch`, and undici bundled with the function: both publish their requests through channels of Node.js. */
export function traceFetch(layer: Layer): void {
  const requests = new WeakMap<object, TracedRequest>();
  const ofRequest = (message: unknown): TracedRequest | undefined => {
    const request = at(message, "request");
    return typeof request === "object" && request !== null ? requests.get(request) : undefined;
  };
  const on = (channel: string, listener: (message: unknown) => void): void =>
    subscribe(channel, (message) => void safely(() => listener(message)));

  on("undici:request:create", (message) => {
    const request = at(message, "request") as UndiciRequest;
    const traced = requestStarted(layer, described(request), "undici");
    if (traced === undefined) return;
    requests.set(request, traced);
    for (const [name, value] of traced.headers) request.addHeader?.(name, value);
  });
  on("undici:request:headers", (message) => {
    const traced = ofRequest(message);
    const status = at(message, "response", "statusCode");
    if (traced !== undefined) responseStarted(traced, typeof status === "number" ? status : undefined);
  });
  on("undici:request:trailers", (message) => ofRequest(message)?.span.end());
  on("undici:request:error", (message) => {
    const traced = ofRequest(message);
    if (traced === undefined) return;
    requestFailed(traced, at(message, "error"));
    traced.span.end();
  });
}

function described(request: UndiciRequest): Parameters<typeof requestStarted>[1] {
  const url = new URL(String(request.origin));
  return {
    method: String(request.method),
    protocol: url.protocol,
    host: url.hostname,
    ...(url.port === "" ? {} : { port: Number(url.port) }),
    path: stringAt(request, "path") ?? String(request.path ?? "/"),
    header: (name) => headerOf(request.headers, name),
  };
}

function headerOf(headers: unknown, name: string): string | undefined {
  if (typeof headers === "string") {
    const lines = headers.split("\r\n").map((line) => line.split(": ", 2));
    return lines.find(([key]) => key?.toLowerCase() === name)?.[1];
  }
  if (!Array.isArray(headers)) return undefined;
  for (let index = 0; index + 1 < headers.length; index += 2) {
    if (String(headers[index]).toLowerCase() === name) return String(headers[index + 1]);
  }
  return undefined;
}
