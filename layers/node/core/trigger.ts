import type { Carrier } from "./carrier";
import type { Attributes, SpanKind } from "./spanData";

/** One message of an event, or the request that the event represents. */
export interface Message {
  /** The carrier of its W3C context, if any. */
  carrier: Carrier;
  /** X-Ray's context of its sender. */
  xray?: string;
  attributes?: Attributes;
}

/** A trigger: how its events are recognised and interpreted. Nothing here throws, whatever the event. */
export interface Trigger {
  name: string;
  /** `faas.trigger` of OpenTelemetry's "Semantic conventions for FaaS spans". */
  faas: "datasource" | "http" | "pubsub" | "timer" | "other";
  kind: SpanKind;
  /** Fields of which events of this trigger have at least one (for a batch resolver, its first event). */
  fields: readonly string[];
  matches: (event: unknown) => boolean;
  /** Name of the handler's span. Default: the function's name. */
  spanName?: (event: unknown) => string | undefined;
  attributes?: (event: unknown) => Attributes;
  /** The request, or each message of a batch. */
  messages?: (event: unknown) => readonly Message[];
  /** HTTP: status code of the handler's response. */
  status?: (response: unknown) => number | undefined;
}
