import { hexId, nanoseconds } from "./cells";
import type { Span, TracesRequest } from "./messages";
import { asString, toMap, type ValueMap } from "./value";

const KINDS = ["Unspecified", "Internal", "Server", "Client", "Producer", "Consumer"];
const STATUS_CODES = ["Unset", "Ok", "Error"];

/** Columns of `otel_traces` for resource and scope. */
interface Origin {
  readonly ServiceName: string;
  readonly ResourceAttributes: ValueMap;
  readonly ScopeName: string;
  readonly ScopeVersion: string;
}

/** A row of `otel_traces`. */
export interface SpanRow extends Origin {
  readonly Timestamp: string;
  readonly TraceId: string;
  readonly SpanId: string;
  readonly ParentSpanId: string;
  readonly TraceState: string;
  readonly SpanName: string;
  readonly SpanKind: string;
  readonly SpanAttributes: ValueMap;
  /** Nanoseconds. */
  readonly Duration: string;
  readonly StatusCode: string;
  readonly StatusMessage: string;
  readonly "Events.Timestamp": string[];
  readonly "Events.Name": string[];
  readonly "Events.Attributes": ValueMap[];
  readonly "Links.TraceId": string[];
  readonly "Links.SpanId": string[];
  readonly "Links.TraceState": string[];
  readonly "Links.Attributes": ValueMap[];
}

/** The rows that ClickStack's collector writes for a request with spans. */
export function spanRows(request: TracesRequest): SpanRow[] {
  return request.resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const ResourceAttributes = toMap(resource?.attributes ?? []);
    const ServiceName = asString(ResourceAttributes.get("service.name") ?? null);
    return scopeSpans.flatMap(({ scope, spans }) => {
      const origin = {
        ServiceName,
        ResourceAttributes,
        ScopeName: scope?.name ?? "",
        ScopeVersion: scope?.version ?? "",
      };
      return spans.map((span) => spanRow(origin, span));
    });
  });
}

function spanRow(origin: Origin, span: Span): SpanRow {
  const { events, links } = span;
  return {
    ...origin,
    Timestamp: nanoseconds(span.startTimeUnixNano),
    TraceId: hexId(span.traceId),
    SpanId: hexId(span.spanId),
    ParentSpanId: hexId(span.parentSpanId),
    TraceState: span.traceState,
    SpanName: span.name,
    SpanKind: KINDS[span.kind] ?? "",
    SpanAttributes: toMap(span.attributes),
    // A span that ends before it starts wraps around in the unsigned column, as in the collector.
    Duration: String(BigInt.asUintN(64, span.endTimeUnixNano - span.startTimeUnixNano)),
    StatusCode: STATUS_CODES[span.status?.code ?? 0] ?? "",
    StatusMessage: span.status?.message ?? "",
    "Events.Timestamp": events.map((event) => nanoseconds(event.timeUnixNano)),
    "Events.Name": events.map((event) => event.name),
    "Events.Attributes": events.map((event) => toMap(event.attributes)),
    "Links.TraceId": links.map((link) => hexId(link.traceId)),
    "Links.SpanId": links.map((link) => hexId(link.spanId)),
    "Links.TraceState": links.map((link) => link.traceState),
    "Links.Attributes": links.map((link) => toMap(link.attributes)),
  };
}
