import { arnName, arnResource } from "./arn";
import { carrierOf, firstOf } from "./carrier";
import { dataCarrier, envelopeCarrier, eventBridgeCarrier } from "./envelope";
import { at, listAt, stringAt, valuesAt } from "./json";
import { type Attributes, SpanKind } from "./spanData";
import type { Message, Trigger } from "./trigger";

const source = (event: unknown): string | undefined =>
  stringAt(event, "Records", 0, "eventSource") ?? stringAt(event, "Records", 0, "EventSource");

const records = (event: unknown): readonly unknown[] => listAt(event, "Records");
const sourceArn = (event: unknown): string | undefined => stringAt(event, "Records", 0, "eventSourceARN");

/**
 * Attributes of OpenTelemetry's "Semantic conventions for messaging spans"; a batch also has the number of its
 * messages.
 */
function messaging(system: string, destination: string | undefined, list: readonly unknown[]): Attributes {
  return {
    "messaging.system": system,
    "messaging.operation.name": "process",
    "messaging.operation.type": "process",
    "messaging.destination.name": destination,
    "messaging.batch.message_count": list.length > 1 ? list.length : undefined,
  };
}

const process = (destination: string | undefined): string | undefined =>
  destination === undefined ? undefined : `process ${destination}`;

const queue = (event: unknown): string | undefined => arnName(sourceArn(event));
const sqs: Trigger = {
  name: "sqs",
  faas: "pubsub",
  kind: SpanKind.CONSUMER,
  fields: ["Records"],
  matches: (event) => source(event) === "aws:sqs",
  spanName: (event) => process(queue(event)),
  attributes: (event) => ({
    ...messaging("aws_sqs", queue(event), records(event)),
    "messaging.message.id":
      records(event).length === 1 ? stringAt(event, "Records", 0, "messageId") : undefined,
  }),
  messages: (event) =>
    records(event).map((record) => ({
      carrier: firstOf(carrierOf(at(record, "messageAttributes")), envelopeCarrier(at(record, "body"))),
      xray: stringAt(record, "attributes", "AWSTraceHeader"),
      attributes: { "messaging.message.id": stringAt(record, "messageId") },
    })),
};

const topic = (event: unknown): string | undefined =>
  arnName(stringAt(event, "Records", 0, "Sns", "TopicArn"));
const sns: Trigger = {
  name: "sns",
  faas: "pubsub",
  kind: SpanKind.CONSUMER,
  fields: ["Records"],
  matches: (event) => source(event) === "aws:sns",
  spanName: (event) => process(topic(event)),
  attributes: (event) => ({
    ...messaging("aws.sns", topic(event), records(event)),
    "messaging.message.id": stringAt(event, "Records", 0, "Sns", "MessageId"),
  }),
  messages: (event) =>
    records(event).map((record) => ({
      carrier: firstOf(
        carrierOf(at(record, "Sns", "MessageAttributes")),
        envelopeCarrier(at(record, "Sns", "Message")),
      ),
      attributes: { "messaging.message.id": stringAt(record, "Sns", "MessageId") },
    })),
};

const stream = (event: unknown): string | undefined => arnResource(sourceArn(event));
const kinesis: Trigger = {
  name: "kinesis",
  faas: "pubsub",
  kind: SpanKind.CONSUMER,
  fields: ["Records"],
  matches: (event) => source(event) === "aws:kinesis",
  spanName: (event) => process(stream(event)),
  attributes: (event) => messaging("aws.kinesis", stream(event), records(event)),
  messages: (event) =>
    records(event).map((record) => ({
      carrier: dataCarrier(at(record, "kinesis", "data")),
      attributes: { "messaging.message.id": stringAt(record, "kinesis", "sequenceNumber") },
    })),
};

const kafkaRecords = (event: unknown): readonly unknown[] =>
  valuesAt(event, "records").flatMap((partition) => (Array.isArray(partition) ? partition : []));
const kafkaTopic = (event: unknown): string | undefined => stringAt(kafkaRecords(event), 0, "topic");
const kafka: Trigger = {
  name: "kafka",
  faas: "pubsub",
  kind: SpanKind.CONSUMER,
  fields: ["eventSource"],
  matches: (event) => ["aws:kafka", "SelfManagedKafka"].includes(stringAt(event, "eventSource") ?? ""),
  spanName: (event) => process(kafkaTopic(event)),
  attributes: (event) => messaging("kafka", kafkaTopic(event), kafkaRecords(event)),
  messages: (event) =>
    kafkaRecords(event).map((record): Message => {
      const offset = at(record, "offset");
      return {
        carrier: firstOf(...listAt(record, "headers").map(carrierOf)),
        attributes: { "messaging.kafka.offset": typeof offset === "number" ? offset : undefined },
      };
    }),
};

const activeMq: Trigger = {
  name: "activemq",
  faas: "pubsub",
  kind: SpanKind.CONSUMER,
  fields: ["eventSource"],
  matches: (event) => stringAt(event, "eventSource") === "aws:mq",
  spanName: (event) => process(stringAt(event, "messages", 0, "destination", "physicalName")),
  attributes: (event) =>
    messaging(
      "activemq",
      stringAt(event, "messages", 0, "destination", "physicalName"),
      listAt(event, "messages"),
    ),
  messages: (event) =>
    listAt(event, "messages").map((message) => ({
      carrier: carrierOf(at(message, "properties")),
      attributes: { "messaging.message.id": stringAt(message, "messageID") },
    })),
};

const rabbitMessages = (event: unknown): readonly unknown[] =>
  valuesAt(event, "rmqMessagesByQueue").flatMap((list) => (Array.isArray(list) ? list : []));
/** Keys are `queue::virtual host`. */
const rabbitQueue = (event: unknown): string | undefined =>
  Object.keys((at(event, "rmqMessagesByQueue") ?? {}) as object)[0]?.split("::")[0] || undefined;
const rabbitMq: Trigger = {
  name: "rabbitmq",
  faas: "pubsub",
  kind: SpanKind.CONSUMER,
  fields: ["eventSource"],
  matches: (event) => stringAt(event, "eventSource") === "aws:rmq",
  spanName: (event) => process(rabbitQueue(event)),
  attributes: (event) => messaging("rabbitmq", rabbitQueue(event), rabbitMessages(event)),
  messages: (event) =>
    rabbitMessages(event).map((message) => ({
      carrier: carrierOf(at(message, "basicProperties", "headers")),
      attributes: { "messaging.message.id": stringAt(message, "basicProperties", "messageId") },
    })),
};

const detailType = (event: unknown): string | undefined => stringAt(event, "detail-type");
const isEventBridge = (event: unknown): boolean =>
  detailType(event) !== undefined && stringAt(event, "source") !== undefined;
const eventBridgeAttributes = (event: unknown): Attributes => ({
  "aws.event_bridge.source": stringAt(event, "source"),
  "aws.event_bridge.detail_type": detailType(event),
  "messaging.message.id": stringAt(event, "id"),
});

const scheduled: Trigger = {
  name: "schedule",
  faas: "timer",
  kind: SpanKind.CONSUMER,
  fields: ["detail-type"],
  matches: (event) => isEventBridge(event) && detailType(event) === "Scheduled Event",
  attributes: (event) => ({
    "aws.event_bridge.rule": arnResource(stringAt(event, "resources", 0)),
    "faas.time": stringAt(event, "time"),
  }),
};

const eventBridge: Trigger = {
  name: "eventbridge",
  faas: "pubsub",
  kind: SpanKind.CONSUMER,
  fields: ["detail-type"],
  matches: isEventBridge,
  spanName: (event) => process(detailType(event)),
  attributes: (event) => ({
    "messaging.system": "aws.eventbridge",
    "messaging.operation.name": "process",
    "messaging.operation.type": "process",
    ...eventBridgeAttributes(event),
  }),
  messages: (event) => [{ carrier: eventBridgeCarrier(event) }],
};

/** The first match is used. */
export const messageTriggers: readonly Trigger[] = [
  ...[sqs, sns, kinesis, kafka, activeMq, rabbitMq, scheduled, eventBridge],
];
