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

/** A request under way: its span, and the headers that it has to be sent with. */
export interface TracedRequest {
  span: Span;
  headers: [name: string, value: string][];
}

/** Under it a context has the span of the AWS SDK's call whose requests are sent in it. */
export const SDK_KEY = Symbol("clickstack.awsSdk");

/** Whether what is done in a context is recorded: not outside of any span, and not where the function's own SDK does it. */
export function isTraceable(layer: Layer, active: Context): boolean {
  if (spanContextIn(active) === undefined || active.getValue(SUPPRESS_KEY) === true) return false;
  return !layer.hasOtherTracer();
}

/**
 * Begins the span of a request in the active context. None outside of any span (the runtime's own requests, and what a module
 * does while it is loaded), for requests that already carry a context, and where the function's own SDK makes the spans.
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
