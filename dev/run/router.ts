import { randomUUID } from "node:crypto";
import { type SnsNotification, snsEvent } from "../../sandbox/aws/events";
import type { OutcomeTarget } from "../project/asyncSettings";
import { type Destination, noRoutes, type Routes, type Schedule, type Subscription } from "../project/routes";
import { localArn, localPlace } from "../project/template";
import { type BusEvent, busEvent } from "./busEvent";
import { matchesPattern } from "./pattern";
import { scheduledEvent } from "./scheduledEvent";
import type { SentMessage } from "./sqs";
import { inputOfTarget } from "./targetInput";

/** Recipients of messages and events. Results are shown where the function runs. */
export interface Receivers {
  /** Runs a function; undefined if no function has the name. @returns whether it finally succeeded. */
  invoke(name: string, event: unknown): Promise<boolean> | undefined;
  /** Sends a message to a queue; undefined if no function reads it. @returns whether its functions finally succeeded. */
  send(queue: string, message: SentMessage): Promise<boolean> | undefined;
}

/** A published message. */
export interface PublishedMessage extends SnsNotification {
  /** The message for each protocol, with `MessageStructure` json. */
  texts?: Readonly<Record<string, string>>;
}

/** Delivers messages of topics and events of buses to the matching functions and queues. */
export class Router {
  routes: Routes = noRoutes();

  constructor(private readonly receivers: Receivers) {}

  /** @returns number of subscribers that received the message. */
  publish(topic: string, message: PublishedMessage): number {
    const wanting = this.routes.subscriptions.filter(
      (subscription) => subscription.topic === topic && isWanted(subscription, message),
    );
    for (const subscription of wanting) this.deliver(subscription, message);
    return wanting.length;
  }

  /** @returns number of targets that received the event. */
  put(bus: string, event: BusEvent): number {
    const wanting = this.routes.rules.filter(
      (rule) => rule.bus === bus && matchesPattern(rule.pattern, event),
    );
    for (const { to, input } of wanting) {
      const given = inputOfTarget(input, event);
      this.give(to, given, messageOf(given));
    }
    return wanting.length;
  }

  /**
   * Delivers a schedule's event to its target.
   * @returns whether the target finally succeeded; undefined if no function receives the event.
   */
  fire(schedule: Schedule): Promise<boolean> | undefined {
    const event = scheduledEvent(schedule, Date.now(), randomUUID());
    return this.give(schedule.to, event, messageOf(event));
  }

  /**
   * Forwards the outcome of an invocation, or its event, to the destination in the function's settings.
   * @param from name of the function.
   * @returns whether a function receives it.
   */
  forward(to: OutcomeTarget, message: SentMessage, from: string): boolean {
    const { kind, name } = to;
    const { MessageBody = "", MessageAttributes = {} } = message;
    if (kind === "topic") {
      const attributes = Object.entries(MessageAttributes).map(
        ([key, { DataType = "", StringValue = "" }]) => [key, { Type: DataType, Value: StringValue }],
      );
      const { region, accountId } = localPlace;
      const published: PublishedMessage = {
        MessageId: randomUUID(),
        TopicArn: `arn:aws:sns:${region}:${accountId}:${name}`,
        Message: MessageBody,
        Timestamp: new Date().toISOString(),
        MessageAttributes: Object.fromEntries(attributes),
      };
      return this.publish(name, published) > 0;
    }
    const record = JSON.parse(MessageBody);
    if (kind === "bus") return this.put(name, outcomeEvent(from, record)) > 0;
    return this.give({ kind, name }, record, message) !== undefined;
  }

  private deliver({ to, raw }: Subscription, { texts, ...message }: PublishedMessage): void {
    const protocol = to.kind === "queue" ? "sqs" : "lambda";
    const notification = { ...message, Message: texts?.[protocol] ?? message.Message };
    this.give(
      to,
      snsEvent(`${message.TopicArn}:${to.name}`, notification),
      raw
        ? rawMessage(notification)
        : { MessageBody: JSON.stringify({ Type: "Notification", ...notification }) },
    );
  }

  private give(
    { kind, name }: Destination,
    event: unknown,
    message: SentMessage,
  ): Promise<boolean> | undefined {
    return kind === "queue" ? this.receivers.send(name, message) : this.receivers.invoke(name, event);
  }
}

function messageOf(event: unknown): SentMessage {
  return { MessageBody: typeof event === "string" ? event : JSON.stringify(event) };
}

/** The event that a bus receives for an outcome. */
function outcomeEvent(name: string, record: { responseContext?: { functionError?: string } }): BusEvent {
  const failed = record.responseContext?.functionError !== undefined;
  return busEvent(
    {
      id: randomUUID(),
      "detail-type": `Lambda Function Invocation Result - ${failed ? "Failure" : "Success"}`,
      source: "lambda",
      resources: [localArn(name)],
      detail: record,
    },
    Date.now(),
  );
}

function rawMessage({ Message, MessageAttributes }: SnsNotification): SentMessage {
  return {
    MessageBody: Message,
    MessageAttributes: Object.fromEntries(
      Object.entries(MessageAttributes).map(([name, { Type, Value }]) => [
        name,
        Type === "Binary" ? { DataType: Type, BinaryValue: Value } : { DataType: Type, StringValue: Value },
      ]),
    ),
  };
}

function isWanted({ filter, filterScope }: Subscription, message: SnsNotification): boolean {
  if (filter === undefined) return true;
  if (filterScope === "MessageBody") return matchesPattern(filter, json(message.Message) ?? {});
  const attributes = Object.entries(message.MessageAttributes).map(([name, { Type, Value }]) => [
    name,
    Type === "String" || Type === "Binary" ? Value : (json(Value) ?? Value),
  ]);
  return matchesPattern(filter, Object.fromEntries(attributes));
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
