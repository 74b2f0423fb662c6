import type { SchemaVersion, TelemetryEvent } from "../../core/telemetryEvent";
import type { ExtensionsApi } from "../extensions";
import type { ApiAnswer, ApiRequest } from "../server";
import { type Connect, openDelivery } from "./delivery";
import { TelemetrySubscriber } from "./subscriber";
import { parseSubscription, SubscriptionError } from "./subscription";

const PATH = "/2022-07-01/telemetry";

/** Events since the initialization began that a late subscriber still receives. */
const MAX_HISTORY_EVENTS = 10_000;

export interface TelemetryApiOptions {
  extensions: ExtensionsApi;
  connect: Connect;
  schemaVersions: readonly SchemaVersion[];
  emit: (type: string, record: Record<string, unknown>) => void;
  maxPendingBytes?: number;
}

/** The Telemetry API 2022-07-01 of one initialization: subscriptions, and the delivery of events to them. */
export class TelemetryApi {
  private readonly subscribers = new Map<string, TelemetrySubscriber>();
  private history: TelemetryEvent[] = [];
  private subscriptionsOpen = true;

  constructor(private readonly options: TelemetryApiOptions) {}

  /** @returns undefined when the request is for another API. */
  handle(request: ApiRequest): ApiAnswer | undefined {
    if (request.path !== PATH) return undefined;
    if (request.method !== "PUT") return { status: 405, body: { errorType: "MethodNotAllowed" } };
    const extension = this.options.extensions.identify(request);
    if ("status" in extension) return extension;
    if (!this.subscriptionsOpen) {
      return {
        status: 403,
        body: {
          errorType: "Telemetry.SubscriptionClosed",
          errorMessage: "Extensions subscribe during the init phase only",
        },
      };
    }
    try {
      this.subscribe(extension.name, request.body.toString("utf8"));
      return { status: 200, body: "OK" };
    } catch (error) {
      if (!(error instanceof SubscriptionError)) throw error;
      return { status: 400, body: { errorType: "ValidationError", errorMessage: error.message } };
    }
  }

  publish(event: TelemetryEvent): void {
    if (this.subscriptionsOpen && this.history.length < MAX_HISTORY_EVENTS) this.history.push(event);
    for (const subscriber of this.subscribers.values()) subscriber.push(event);
  }

  /** After the init phase there are no more subscriptions, so the events kept for them can be dropped. */
  closeSubscriptions(): void {
    this.subscriptionsOpen = false;
    this.history = [];
  }

  pause(): void {
    for (const subscriber of this.subscribers.values()) subscriber.pause();
  }

  resume(): void {
    for (const subscriber of this.subscribers.values()) subscriber.resume();
  }

  /** @returns when every subscriber has accepted all events. */
  async drain(): Promise<void> {
    await Promise.all([...this.subscribers.values()].map((subscriber) => subscriber.drain()));
  }

  close(): void {
    for (const subscriber of this.subscribers.values()) subscriber.close();
  }

  /** A second subscription of the same extension replaces its first. */
  private subscribe(name: string, body: string): void {
    const subscription = parseSubscription(body, this.options.schemaVersions);
    const replaced = this.subscribers.get(name);
    replaced?.close();
    const subscriber = new TelemetrySubscriber({
      subscription,
      delivery: openDelivery(subscription, this.options.connect),
      maxPendingBytes: this.options.maxPendingBytes,
      onDropped: (dropped) =>
        this.options.emit("platform.logsDropped", {
          ...dropped,
          reason: "Consumer seems to have fallen behind as it has not acknowledged receipt of logs.",
        }),
    });
    this.subscribers.set(name, subscriber);
    for (const event of this.history) if (!replaced) subscriber.push(event);
    this.options.emit("platform.telemetrySubscription", {
      name,
      state: "Subscribed",
      types: subscription.types,
    });
  }
}
