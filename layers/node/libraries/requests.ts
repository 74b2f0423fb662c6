import { type ClientRequest, clientSpan, isErrorStatus } from "../core/clientRequest";
import { exceptionReport } from "../core/exceptions";
import { SpanKind, StatusCode } from "../core/spanData";
import type { Context } from "../tracing/context";
import { SPAN_KEY, SUPPRESS_KEY } from "../tracing/context";
import type { Layer } from "../tracing/layer";
import { headersOf } from "../tracing/propagator";
import type { Span } from "../tracing/span";
import { spanContextIn } from "../tracing/tracer";
import { bundledSdkSeen } from "./bundledSdk";

/** A request in progress: its span, and the headers to add. */
export interface TracedRequest {
  span: Span;
  headers: [name: string, value: string][];
}

/** The context key for the span of the AWS SDK's call whose requests are sent in the context. */
export const SDK_KEY = Symbol("clickstack.awsSdk");

/** Whether calls in a context are recorded: not outside any span, and not if the function's own SDK records them. */
export function isTraceable(layer: Layer, active: Context): boolean {
  if (spanContextIn(active) === undefined || active.getValue(SUPPRESS_KEY) === true) return false;
  return !layer.hasOtherTracer();
}

/**
 * Starts the span of a request in the active context. None outside any span (the runtime's own requests, and requests
 * while a module is loaded), for requests that already carry a context, and if the function's own SDK creates the
 * spans.
 */
export function requestStarted(
  layer: Layer,
  request: ClientRequest,
  scope: string,
): TracedRequest | undefined {
  const active: Context = layer.contexts().active();
  if (!isTraceable(layer, active) || request.header("traceparent") !== undefined) return undefined;
  const { name, attributes, isAws } = clientSpan(request);
  const call = active.getValue(SDK_KEY) as Span | undefined;
  if (call !== undefined) {
    // Retries go to the same address; requests for credentials are the SDK's own.
    if (isAws) call.setAttributes(attributes);
    return undefined;
  }
  if (isAws && isSdkRequest(request)) bundledSdkSeen(layer, String(attributes["rpc.service"]));
  const span = layer.tracer(scope).startSpan(name, { kind: SpanKind.CLIENT, attributes }, active);
  return { span, headers: isAws ? [] : headersOf(active.setValue(SPAN_KEY, span)) };
}

const isSdkRequest = ({ header }: ClientRequest): boolean =>
  /aws-sdk-js\/3/.test(`${header("user-agent")} ${header("x-amz-user-agent")}`);

export function responseStarted({ span }: TracedRequest, status: number | undefined): void {
  if (status === undefined) return;
  span.setAttribute("http.response.status_code", status);
  if (!isErrorStatus(status)) return;
  span.setAttribute("error.type", String(status));
  span.setStatus({ code: StatusCode.ERROR });
}

export function requestFailed({ span }: TracedRequest, error: unknown): void {
  const { type, message } = exceptionReport(error);
  span.recordException(error);
  span.setAttribute("error.type", type);
  span.setStatus({ code: StatusCode.ERROR, message });
}
