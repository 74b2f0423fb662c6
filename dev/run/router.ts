import { type SnsNotification, snsEvent } from "../../sandbox/aws/events";
import { type Destination, noRoutes, type Routes, type Subscription } from "../project/routes";
import { matchesPattern } from "./pattern";
import type { SentMessage } from "./sqs";
import { inputOfTarget } from "./targetInput";

/** What messages and events are given to. What becomes of them is shown where the function runs. */
export interface Receivers {
  /** Runs a function; nothing where no function has the name. */
  invoke(name: string, event: unknown): void;
  /** Sends a message to a queue; nothing where no function has it. */
  send(queue: string, message: SentMessage): void;
}

/** A message as it was published. */
export interface PublishedMessage extends SnsNotification {
  /** Text for each protocol, with `MessageStructure` json. */
  texts?: Readonly<Record<string, string>>;
}

/** An event of a bus, as targets get it. */
export interface BusEvent {
  source: string;
  "detail-type": string;
  detail: unknown;
  [field: string]: unknown;
}

/** Gives messages of topics and events of buses to the functions and queues that want them. */
export class Router {
  routes: Routes = noRoutes();

  constructor(private readonly receivers: Receivers) {}

  /** @returns to how many a message was given. */
  publish(topic: string, message: PublishedMessage): number {
    const wanting = this.routes.subscriptions.filter(
      (subscription) => subscription.topic === topic && isWanted(subscription, message),
    );
    for (const subscription of wanting) this.deliver(subscription, message);
    return wanting.length;
  }

  /** @returns to how many an event was given. */
  put(bus: string, event: BusEvent): number {
    const wanting = this.routes.rules.filter(
      (rule) => rule.bus === bus && matchesPattern(rule.pattern, event),
    );
    for (const { to, input } of wanting) {
      const given = inputOfTarget(input, event);
      this.give(to, given, { MessageBody: typeof given === "string" ? given : JSON.stringify(given) });
    }
    return wanting.length;
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

  private give({ kind, name }: Destination, event: unknown, message: SentMessage): void {
    if (kind === "queue") this.receivers.send(name, message);
    else this.receivers.invoke(name, event);
  }
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
