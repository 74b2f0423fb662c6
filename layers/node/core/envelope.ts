import { type Carrier, carrierOf, firstOf } from "./carrier";
import { at, isObject, parsed, stringAt } from "./json";

/** Maximum depth of messages within messages: EventBridge within SNS within SQS. */
const DEEPEST = 3;

const nothing: Carrier = () => undefined;

/** The locations where producers of events put a context in `detail`: by this layer, by Datadog, and by hand. */
export function eventBridgeCarrier(event: unknown): Carrier {
  const detail = at(event, "detail");
  return firstOf(
    carrierOf(detail),
    carrierOf(at(detail, "_datadog")),
    carrierOf(at(detail, "metadata")),
    carrierOf(at(detail, "headers")),
  );
}

/**
 * The context within a message's text: SNS's notification in an SQS message, or an EventBridge event in either. The
 * text is only parsed when it is accessed, and if it can contain a context at all.
 */
export function envelopeCarrier(body: unknown, depth = 0): Carrier {
  if (typeof body !== "string" || depth >= DEEPEST || !/"traceparent\\*"/i.test(body)) return nothing;
  let carrier: Carrier | undefined;
  return (name) => {
    carrier ??= unwrapped(parsed(body), depth);
    return carrier(name);
  };
}

function unwrapped(message: unknown, depth: number): Carrier {
  if (!isObject(message)) return nothing;
  if (isObject(message.detail)) return eventBridgeCarrier(message);
  if (stringAt(message, "TopicArn") !== undefined) {
    return firstOf(carrierOf(message.MessageAttributes), envelopeCarrier(message.Message, depth + 1));
  }
  return firstOf(carrierOf(message), carrierOf(message._datadog), carrierOf(message.headers));
}

/** The context in the JSON of a record of Kinesis, which has no headers. */
export function dataCarrier(base64: unknown): Carrier {
  if (typeof base64 !== "string") return nothing;
  let carrier: Carrier | undefined;
  return (name) => {
    carrier ??= envelopeCarrier(Buffer.from(base64, "base64").toString("utf8"));
    return carrier(name);
  };
}
