import { ReverseWriter } from "./protobuf";
import type { Attributes, SpanData, SpanEvent, SpanLink, Time } from "./spanData";

/** A request is begun anew at this size, in bytes; the extension takes 8 MiB. */
const LARGEST = 4 * 1024 * 1024;

const writer = new ReverseWriter();

/**
 * Spans as OTLP export requests (opentelemetry-proto, `collector/trace/v1/trace_service.proto`): usually one, several only
 * where spans are very large. Spans of one scope stay in their order.
 */
export function encodeSpans(spans: readonly SpanData[], resource: Attributes): Buffer[] {
  const requests: Buffer[] = [];
  const scopes = byScope(spans);
  writer.reset();
  for (let at = scopes.length - 1; at >= 0; at -= 1) {
    const group = scopes[at] ?? [];
    let end = group.length;
    while (end > 0) {
      const before = writer.length;
      end = writeScope(group, end);
      writeResource(resource, before);
      if (writer.length >= LARGEST) requests.unshift(takeRequest());
    }
  }
  if (writer.length > 0) requests.unshift(takeRequest());
  return requests;
}

function takeRequest(): Buffer {
  const request = Buffer.from(writer.bytes());
  writer.reset();
  return request;
}

function byScope(spans: readonly SpanData[]): SpanData[][] {
  const groups = new Map<string, SpanData[]>();
  for (const span of spans) {
    const key = `${span.scope.name}\0${span.scope.version ?? ""}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [span]);
    else group.push(span);
  }
  return [...groups.values()];
}

/** Writes a ScopeSpans of spans before `end`, as many as a request holds. @returns the place of the first of them. */
function writeScope(spans: readonly SpanData[], end: number): number {
  const before = writer.length;
  let at = end;
  while (at > 0 && writer.length - before < LARGEST) {
    at -= 1;
    const span = spans[at];
    if (span !== undefined) writeSpan(2, span);
  }
  const scope = writer.length;
  const { name, version } = spans[at]?.scope ?? { name: "" };
  if (version !== undefined) writer.string(2, version);
  writer.string(1, name);
  writer.message(1, scope);
  writer.message(2, before);
  return at;
}

/** Completes a ResourceSpans whose ScopeSpans begin at `before`. */
function writeResource(resource: Attributes, before: number): void {
  const content = writer.length;
  writeAttributes(1, resource);
  writer.message(1, content);
  writer.message(1, before);
}

function writeSpan(field: number, span: SpanData): void {
  const before = writer.length;
  writer.fixed32(16, flagsOf(span.context.traceFlags, span.parentSpanId !== undefined));
  writeStatus(span);
  if (span.dropped.links > 0) writer.uint(14, span.dropped.links);
  for (let at = span.links.length - 1; at >= 0; at -= 1) writeLink(span.links[at]);
  if (span.dropped.events > 0) writer.uint(12, span.dropped.events);
  for (let at = span.events.length - 1; at >= 0; at -= 1) writeEvent(span.events[at]);
  if (span.dropped.attributes > 0) writer.uint(10, span.dropped.attributes);
  writeAttributes(9, span.attributes);
  writer.fixed64(8, nanosecondsOf(span.end));
  writer.fixed64(7, nanosecondsOf(span.start));
  writer.uint(6, span.kind + 1);
  writer.string(5, span.name);
  if (span.parentSpanId !== undefined) writer.hex(4, span.parentSpanId);
  const state = span.context.traceState?.serialize();
  if (state) writer.string(3, state);
  writer.hex(2, span.context.spanId);
  writer.hex(1, span.context.traceId);
  writer.message(field, before);
}

/** The low bits are W3C's; OTLP's bit 8 says that bit 9, "the parent is remote", is meant. */
function flagsOf(traceFlags: number, hasParent: boolean): number {
  return hasParent ? traceFlags & 0xff : (traceFlags & 0xff) | 0x100;
}

function writeStatus({ status: { code, message } }: SpanData): void {
  if (code === 0) return;
  const before = writer.length;
  writer.uint(3, code);
  if (message) writer.string(2, message);
  writer.message(15, before);
}

function writeLink(link: SpanLink | undefined): void {
  if (link === undefined) return;
  const before = writer.length;
  if (link.attributes !== undefined) writeAttributes(4, link.attributes);
  const state = link.context.traceState?.serialize();
  if (state) writer.string(3, state);
  writer.hex(2, link.context.spanId);
  writer.hex(1, link.context.traceId);
  writer.message(13, before);
}

function writeEvent(event: SpanEvent | undefined): void {
  if (event === undefined) return;
  const before = writer.length;
  writeAttributes(3, event.attributes);
  writer.string(2, event.name);
  writer.fixed64(1, nanosecondsOf(event.time));
  writer.message(11, before);
}

function writeAttributes(field: number, attributes: Attributes): void {
  for (const key of Object.keys(attributes).reverse()) {
    const value = attributes[key];
    if (value === undefined) continue;
    const before = writer.length;
    writeValue(2, value);
    writer.string(1, key);
    writer.message(field, before);
  }
}

/** An AnyValue; one without content is OTLP's null. */
function writeValue(field: number, value: unknown): void {
  const before = writer.length;
  if (typeof value === "string") writer.string(1, value);
  else if (typeof value === "boolean") writer.uint(2, value ? 1 : 0);
  else if (typeof value === "number") writeNumber(value);
  else if (Array.isArray(value)) {
    const list = writer.length;
    for (let at = value.length - 1; at >= 0; at -= 1) writeValue(1, value[at]);
    writer.message(5, list);
  }
  writer.message(field, before);
}

function writeNumber(value: number): void {
  if (Number.isSafeInteger(value)) writer.int64(3, value);
  else writer.double(4, value);
}

function nanosecondsOf([seconds, nanoseconds]: Time): bigint {
  return BigInt(seconds) * 1_000_000_000n + BigInt(nanoseconds);
}
