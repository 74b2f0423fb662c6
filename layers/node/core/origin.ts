import { type Baggage, parseBaggage } from "./baggage";
import { type Carrier, carrierOf, firstOf } from "./carrier";
import { at } from "./json";
import type { SpanContext, SpanLink } from "./spanData";
import { contextFrom } from "./traceContext";
import type { Message, Trigger } from "./trigger";
import { parseXRay, storedParent } from "./xray";

/** The origin of an invocation, for its span. */
export interface Origin {
  /** The parent span. */
  parent?: SpanContext;
  /** Without a parent: X-Ray's trace for this invocation. */
  traceId?: string;
  /** X-Ray's parent span, which is not in this function's backend. */
  xrayParentId?: string;
  /** The senders of the messages of a batch. */
  links: SpanLink[];
  baggage?: Baggage;
}

export interface OriginInput {
  trigger: Trigger;
  event: unknown;
  /** Lambda's client context, which the caller's SDK sends with a synchronous invocation. */
  clientContext: unknown;
  /** The trace header of this invocation (`_X_AMZN_TRACE_ID`). */
  xray: string | undefined;
  /** Seconds since the Unix epoch. */
  now: number;
  /** Maximum number of links. */
  mostLinks: number;
}

/**
 * With one message, its sender's span is the parent. With several, each sender's span is a link, and none is the
 * parent, as OpenTelemetry specifies for batches. W3C takes precedence over X-Ray, and the event over what Lambda sends
 * with the invocation.
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
  // `w3c` is Lambda's own field for it, which the runtimes also read.
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

/** The sender's span, if X-Ray's header names one: a link is harmless if that span is not stored. */
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
