import { subscribe } from "node:diagnostics_channel";
import { errorMonitor } from "node:events";
import * as http from "node:http";
import { at } from "../core/json";
import { safely } from "../tracing/invocation";
import type { Layer } from "../tracing/layer";
import { requestFailed, requestStarted, responseStarted, type TracedRequest } from "./requests";

type Prototype = http.ClientRequest & { _implicitHeader?: (this: http.ClientRequest) => void };

/**
 * Requests of `node:http` and `node:https`, which share one class. Its headers are written by `_implicitHeader`, within
 * the function's call that sends them: without such a method there are no spans. A listener for responses would prevent
 * them from being discarded when nothing else listens, so a channel of Node.js is used instead.
 */
export function traceHttp(layer: Layer): void {
  const prototype = http.ClientRequest.prototype as Prototype;
  const original = prototype._implicitHeader;
  if (typeof original !== "function") return;
  const requests = new WeakMap<object, TracedRequest>();
  prototype._implicitHeader = function traced(this: http.ClientRequest): void {
    safely(() => {
      if (!this.headersSent && !requests.has(this)) watch(this);
    });
    original.call(this);
  };
  subscribe("http.client.response.finish", (message) => {
    safely(() => {
      const traced = requests.get(at(message, "request") as object);
      const status = at(message, "response", "statusCode");
      if (traced !== undefined) responseStarted(traced, typeof status === "number" ? status : undefined);
    });
  });

  function watch(request: http.ClientRequest): void {
    const traced = requestStarted(layer, described(request), "http");
    if (traced === undefined) return;
    requests.set(request, traced);
    for (const [name, value] of traced.headers) request.setHeader(name, value);
    request.once(errorMonitor, (error) => requestFailed(traced, error));
    request.once("close", () => traced.span.end());
  }
}

function described(request: http.ClientRequest): Parameters<typeof requestStarted>[1] {
  const host = request.getHeader("host");
  const [, name, port] =
    /^(.*?)(?::(\d+))?$/.exec(typeof host === "string" ? host : (request.host ?? "")) ?? [];
  return {
    method: request.method,
    protocol: request.protocol,
    host: name ?? "",
    ...(port === undefined ? {} : { port: Number(port) }),
    path: request.path,
    header: (wanted) => {
      const value = request.getHeader(wanted);
      return value === undefined ? undefined : String(value);
    },
  };
}
