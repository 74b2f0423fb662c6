import { type Baggage, parseBaggage } from "./baggage";
import { type Carrier, carrierOf, firstOf } from "./carrier";
import { at } from "./json";
import type { SpanContext, SpanLink } from "./spanData";
import { contextFrom } from "./traceContext";
import type { Message, Trigger } from "./trigger";
import { parseXRay, storedParent } from "./xray";

/** Where an invocation comes from, for its span. */
export interface Origin {
  /** The span above. */
  parent?: SpanContext;
  /** Without a parent: the trace that X-Ray has for this invocation. */
  traceId?: string;
  /** X-Ray's span above, which is not where this function's spans go. */
  xrayParentId?: string;
  /** What sent the messages of a batch. */
  links: SpanLink[];
  baggage?: Baggage;
}

export interface OriginInput {
  trigger: Trigger;
  event: unknown;
  /** Lambda's client context, which the caller's SDK sends beside a synchronous invocation. */
  clientContext: unknown;
  /** The trace header of this invocation (`_X_AMZN_TRACE_ID`). */
  xray: string | undefined;
  /** Seconds since the Unix epoch. */
  now: number;
  /** Links at most. */
  mostLinks: number;
}

/**
 * One message: its sender's span is the parent. Several: each sender's span is a link, and none the parent, as OpenTelemetry
 * wants it for batches. W3C counts before X-Ray, what the event says before what Lambda says of the invocation.
 */
export function originOf(input: OriginInput): Origin {
  const messages = input.trigger.messages?.(input.event) ?? [];
  const [first] = messages;
  if (messages.length > 1) return { ...xrayOrigin([input.xray], input.now), links: linksOf(messages, input) };
  const carrier = carrierFor(first, input.clientContext);
  const parent = contextFrom(carrier);
  const origin: Origin =
    parent === undefined ? xrayOrigin([first?.xray, input.xray], input.now) : { parent, links: [] };
  const header = carrier("baggage");
  if (header !== undefined) origin.baggage = parseBaggage(header);
  return origin;
}

function carrierFor(message: Message | undefined, clientContext: unknown): Carrier {
  if (clientContext === undefined || clientContext === null) return message?.carrier ?? nothing;
  return firstOf(...(message === undefined ? [] : [message.carrier]), ...clientCarriers(clientContext));
}

const nothing: Carrier = () => undefined;

function clientCarriers(clientContext: unknown): Carrier[] {
  // `w3c` is Lambda's own place for it, which the runtimes read, too.
  const nested = ["w3c", "custom", "Custom", "env"].map((name) => carrierOf(at(clientContext, name)));
  return [...nested, carrierOf(clientContext)];
}

function linksOf(messages: readonly Message[], { now, mostLinks }: OriginInput): SpanLink[] {
  const links: SpanLink[] = [];
  for (const { carrier, xray, attributes } of messages) {
    if (links.length >= mostLinks) break;
    const context = contextFrom(carrier) ?? xrayContext(xray, now);
    if (context !== undefined) links.push({ context, ...(attributes === undefined ? {} : { attributes }) });
  }
  return links;
}

/** The sender's span, if X-Ray's header names one at all: a link is harmless where that span isn't stored. */
function xrayContext(header: string | undefined, now: number): SpanContext | undefined {
  const xray = header === undefined ? undefined : parseXRay(header);
  if (xray?.parentId === undefined) return undefined;
  const isStored = storedParent(xray, now) !== undefined;
  return { traceId: xray.traceId, spanId: xray.parentId, traceFlags: isStored ? 1 : 0, isRemote: true };
}

function xrayOrigin(headers: readonly (string | undefined)[], now: number): Origin {
  for (const header of headers) {
    const xray = header === undefined ? undefined : parseXRay(header);
    if (xray === undefined) continue;
    const { traceId, parentId } = xray;
    const spanId = storedParent(xray, now);
    if (spanId !== undefined) {
      return { parent: { traceId, spanId, traceFlags: 1, isRemote: true }, links: [] };
    }
    return parentId === undefined ? { traceId, links: [] } : { traceId, xrayParentId: parentId, links: [] };
  }
  return { links: [] };
}
