import type { Carrier } from "./carrier";
import type { Attributes, SpanKind } from "./spanData";

/** One message of an event, or the request that the event is. */
export interface Message {
  /** Where its W3C context is, if it has one. */
  carrier: Carrier;
  /** X-Ray's context of its sender. */
  xray?: string;
  attributes?: Attributes;
}

/** What invokes functions, how its events are recognised, and what they say. Nothing here throws, whatever the event. */
export interface Trigger {
  name: string;
  /** `faas.trigger` of OpenTelemetry's "Semantic conventions for FaaS spans". */
  faas: "datasource" | "http" | "pubsub" | "timer" | "other";
  kind: SpanKind;
  /** Fields of the event (of a batch resolver's: of its first), of which events of this trigger have at least one. */
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
