import { subscribe } from "node:diagnostics_channel";
import { type DatabaseCall, databaseSpan } from "../core/databaseSpan";
import { SpanKind } from "../core/spanData";
import { safely } from "../tracing/invocation";
import type { Layer } from "../tracing/layer";
import type { Span } from "../tracing/span";
import { isTraceable, requestFailed } from "./requests";

/** Starts the span of a call in the active context, if calls are recorded there. */
export function callStarted(layer: Layer, scope: string, describe: () => DatabaseCall): Span | undefined {
  return safely(() => {
    const active = layer.contexts().active();
    if (!isTraceable(layer, active)) return undefined;
    const { name, attributes } = databaseSpan(describe());
    return layer.tracer(scope).startSpan(name, { kind: SpanKind.CLIENT, attributes }, active);
  });
}

export function callEnded(span: Span, error?: unknown): void {
  safely(() => {
    if (error !== undefined && error !== null) requestFailed({ span, headers: [] }, error);
    span.end();
  });
}

type Callback = (...args: unknown[]) => unknown;

/** A callback that ends the span before it runs. */
export function endingCallback(span: Span, callback: Callback): Callback {
  return function ended(this: unknown, ...args: unknown[]): unknown {
    callEnded(span, args[0]);
    return callback.apply(this, args);
  };
}

/** The return value of a call: for a promise, one that ends the span first, and is rejected in the same way. */
export function endingResult(span: Span, returned: unknown): unknown {
  if (typeof (returned as { then?: unknown } | undefined)?.then !== "function") {
    callEnded(span);
    return returned;
  }
  return (returned as Promise<unknown>).then(
    (result) => {
      callEnded(span);
      return result;
    },
    (error) => {
      callEnded(span, error);
      throw error;
    },
  );
}

/**
 * Calls that a library publishes through a tracing channel of Node.js: also from bundles, and at no cost if the library
 * is not used.
 * @param describe interprets the channel's message.
 */
export function traceChannel(
  layer: Layer,
  name: string,
  scope: string,
  describe: (message: Record<string, unknown>) => DatabaseCall,
): void {
  const spans = new WeakMap<object, Span>();
  const on = (event: string, listener: (message: object, span: Span | undefined) => void): void =>
    subscribe(`tracing:${name}:${event}`, (message) =>
      safely(() => listener(message as object, spans.get(message as object))),
    );
  on("start", (message) => {
    const span = callStarted(layer, scope, () => describe(message as Record<string, unknown>));
    if (span !== undefined) spans.set(message, span);
  });
  on("error", (message, span) => {
    if (span !== undefined) callEnded(span, (message as { error?: unknown }).error ?? new Error("failed"));
  });
  on("asyncStart", (_, span) => {
    if (span !== undefined) callEnded(span);
  });
}
