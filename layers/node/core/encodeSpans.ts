import type { Attributes, SpanData, SpanEvent, SpanLink, Time } from "./spanData";

/** A request is split above this size, in bytes; the extension accepts 8 MiB. */
const LARGEST = 4 * 1024 * 1024;

/**
 * Spans as OTLP/JSON export requests (opentelemetry-proto, `collector/trace/v1/trace_service.proto`): usually one,
 * several only if spans are very large. Spans of one scope keep their order. JSON is used because Node.js writes it in
 * native code: a function's own code is interpreted for its first hundreds of invocations, in which protobuf takes
 * several times as long.
 */
export function encodeSpans(spans: readonly SpanData[], resource: Attributes): string[] {
  if (spans.length === 0) return [];
  const request = `${beginning(resource)}${JSON.stringify(byScope(spans))}}]}`;
  if (spans.length === 1 || Buffer.byteLength(request) <= LARGEST) return [request];
  const half = spans.length >>> 1;
  return [...encodeSpans(spans.slice(0, half), resource), ...encodeSpans(spans.slice(half), resource)];
}

let known: { resource: Attributes; text: string } | undefined;

/** The beginning of each request; a process has one resource. */
function beginning(resource: Attributes): string {
  if (known?.resource !== resource) {
    const text = `{"resourceSpans":[{"resource":${JSON.stringify({ attributes: keyValues(resource) })},"scopeSpans":`;
    known = { resource, text };
  }
  return known.text;
}

interface ScopeSpans {
  scope: SpanData["scope"];
  spans: object[];
}

function byScope(spans: readonly SpanData[]): ScopeSpans[] {
  const groups: ScopeSpans[] = [];
  for (const span of spans) {
    const { name, version } = span.scope;
    let group = groups.find(({ scope }) => scope.name === name && scope.version === version);
    if (group === undefined) {
      group = { scope: { name, version }, spans: [] };
      groups.push(group);
    }
    group.spans.push(spanOf(span));
  }
  return groups;
}

function spanOf(span: SpanData): object {
  const { context, parentSpanId, events, links, status, dropped } = span;
  return {
    traceId: context.traceId,
    spanId: context.spanId,
    traceState: context.traceState?.serialize() || undefined,
    parentSpanId,
    flags: flagsOf(context.traceFlags, parentSpanId !== undefined),
    name: span.name,
    kind: span.kind + 1,
    startTimeUnixNano: nanoseconds(span.start),
    endTimeUnixNano: nanoseconds(span.end),
    attributes: keyValues(span.attributes),
    droppedAttributesCount: dropped.attributes || undefined,
    events: events.length > 0 ? events.map(eventOf) : undefined,
    droppedEventsCount: dropped.events || undefined,
    links: links.length > 0 ? links.map(linkOf) : undefined,
    droppedLinksCount: dropped.links || undefined,
    status: status.code === 0 ? undefined : status,
  };
}

/** The low bits are W3C's; OTLP's bit 8 says that bit 9, "the parent is remote", is valid. */
function flagsOf(traceFlags: number, hasParent: boolean): number {
  return hasParent ? traceFlags & 0xff : (traceFlags & 0xff) | 0x100;
}

function eventOf({ name, time, attributes }: SpanEvent): object {
  return { timeUnixNano: nanoseconds(time), name, attributes: keyValues(attributes) };
}

function linkOf({ context, attributes }: SpanLink): object {
  return {
    traceId: context.traceId,
    spanId: context.spanId,
    traceState: context.traceState?.serialize() || undefined,
    attributes: attributes === undefined ? undefined : keyValues(attributes),
  };
}

function keyValues(attributes: Attributes): object[] {
  const list: object[] = [];
  for (const key of Object.keys(attributes)) {
    const value = attributes[key];
    if (value !== undefined) list.push({ key, value: anyValue(value) });
  }
  return list;
}

/** An AnyValue; an empty one is OTLP's null. */
function anyValue(value: unknown): object {
  if (typeof value === "string") return { stringValue: value };
  if (typeof value === "boolean") return { boolValue: value };
  if (typeof value === "number") return numberValue(value);
  return Array.isArray(value) ? { arrayValue: { values: value.map(anyValue) } } : {};
}

/** JSON has no literals for non-finite numbers; protobuf's JSON mapping uses their names. */
function numberValue(value: number): object {
  if (Number.isSafeInteger(value)) return { intValue: value };
  return { doubleValue: Number.isFinite(value) ? value : String(value) };
}

const nanoseconds = ([seconds, rest]: Time): string => `${seconds}${String(1_000_000_000 + rest).slice(1)}`;
