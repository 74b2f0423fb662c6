import type { Carrier } from "./carrier";
import type { SpanContext, TraceState } from "./spanData";

/** W3C Trace Context, level 2: https://www.w3.org/TR/trace-context-2/ */
const TRACEPARENT = /^([\da-f]{2})-([\da-f]{32})-([\da-f]{16})-([\da-f]{2})(-.*)?$/;
const ZEROS = /^0+$/;

/** Maximum number of entries of a `tracestate`. */
const LARGEST_STATE = 32;

/** @returns undefined for an invalid header. */
export function parseTraceparent(header: string): SpanContext | undefined {
  const [, version, traceId = "", spanId = "", flags = "", rest] = TRACEPARENT.exec(header.trim()) ?? [];
  if (version === undefined || version === "ff" || (version === "00" && rest !== undefined)) return undefined;
  if (ZEROS.test(traceId) || ZEROS.test(spanId)) return undefined;
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1, isRemote: true };
}

export function formatTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${traceFlags & 1 ? "01" : "00"}`;
}

export function isValidContext(context: SpanContext | undefined): context is SpanContext {
  return (
    context !== undefined &&
    /^[\da-f]{32}$/.test(context.traceId) &&
    /^[\da-f]{16}$/.test(context.spanId) &&
    !ZEROS.test(context.traceId) &&
    !ZEROS.test(context.spanId)
  );
}

/** The W3C context in a carrier. */
export function contextFrom(carrier: Carrier): SpanContext | undefined {
  const header = carrier("traceparent");
  const context = header === undefined ? undefined : parseTraceparent(header);
  if (context === undefined) return undefined;
  const state = carrier("tracestate");
  return state === undefined ? context : { ...context, traceState: parseTraceState(state) };
}

export function parseTraceState(header: string): TraceState {
  const entries = new Map<string, string>();
  for (const member of header.split(",")) {
    const equals = member.indexOf("=");
    if (equals <= 0 || entries.size >= LARGEST_STATE) continue;
    entries.set(member.slice(0, equals).trim(), member.slice(equals + 1).trim());
  }
  return new W3cTraceState(entries);
}

class W3cTraceState implements TraceState {
  constructor(private readonly entries: ReadonlyMap<string, string>) {}

  get(key: string): string | undefined {
    return this.entries.get(key);
  }

  /** The last changed entry comes first, as W3C specifies. */
  set(key: string, value: string): TraceState {
    const others = [...this.entries].filter(([other]) => other !== key);
    return new W3cTraceState(new Map([[key, value], ...others]));
  }

  unset(key: string): TraceState {
    return new W3cTraceState(new Map([...this.entries].filter(([other]) => other !== key)));
  }

  serialize(): string {
    return [...this.entries].map(([key, value]) => `${key}=${value}`).join(",");
  }
}
