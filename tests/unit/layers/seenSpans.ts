import { decodeRequest } from "../../../sandbox/clickhouse/otlp/codec";
import type { AnyValue, KeyValue, Span } from "../../../sandbox/clickhouse/otlp/messages";

/** A span in the form that tests check. */
export interface SeenSpan {
  name: string;
  kind: number;
  traceId: string;
  spanId: string;
  parentSpanId: string;
  status: number;
  message: string;
  scope: string;
  start: bigint;
  end: bigint;
  attributes: Record<string, unknown>;
  events: { name: string; attributes: Record<string, unknown> }[];
  links: string[];
}

const anyValue = (value: AnyValue | null | undefined): unknown => {
  if (value?.arrayValue) return value.arrayValue.values.map(anyValue);
  const { stringValue, boolValue, intValue, doubleValue } = value ?? {};
  return stringValue ?? boolValue ?? (intValue === undefined ? doubleValue : Number(intValue));
};
const attributesOf = (list: readonly KeyValue[]): Record<string, unknown> =>
  Object.fromEntries(list.map(({ key, value }) => [key, anyValue(value)]));
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

function seen(span: Span, scope: string): SeenSpan {
  return {
    name: span.name,
    kind: span.kind,
    traceId: hex(span.traceId),
    spanId: hex(span.spanId),
    parentSpanId: hex(span.parentSpanId),
    status: span.status?.code ?? 0,
    message: span.status?.message ?? "",
    scope,
    start: span.startTimeUnixNano,
    end: span.endTimeUnixNano,
    attributes: attributesOf(span.attributes),
    events: span.events.map(({ name, attributes }) => ({ name, attributes: attributesOf(attributes) })),
    links: span.links.map(({ spanId }) => hex(spanId)),
  };
}

/** The spans of an export request. */
export function spansIn(body: Buffer | string): SeenSpan[] {
  return decodeRequest("traces", "json", Buffer.from(body)).resourceSpans.flatMap(({ scopeSpans }) =>
    scopeSpans.flatMap(({ scope, spans }) => spans.map((span) => seen(span, scope?.name ?? ""))),
  );
}

const isSnapshot = ({ attributes }: SeenSpan): boolean => attributes["clickstack.unfinished"] === true;

/** Whether a request contains only open spans, as a slow machine may send for any invocation. */
export function areSnapshots(spans: readonly SeenSpan[]): boolean {
  return spans.length > 0 && spans.every(isSnapshot);
}

/** Merges spans as the extension does: the last snapshot of an open span counts only if the span did not end. */
export function settled(spans: readonly SeenSpan[]): SeenSpan[] {
  return spans.filter(
    (span, i) =>
      !isSnapshot(span) ||
      !spans.some((other, at) => other.spanId === span.spanId && (!isSnapshot(other) || at > i)),
  );
}
