import { categoryOf, serializeEvent, type TelemetryEvent } from "../../core/telemetryEvent";
import type { TelemetryDelivery } from "./delivery";
import type { TelemetrySubscription } from "./subscription";

/** What was dropped because a subscriber did not keep up. */
export interface DroppedLogs {
  droppedRecords: number;
  droppedBytes: number;
}

export interface SubscriberOptions {
  subscription: TelemetrySubscription;
  delivery: TelemetryDelivery;
  /** Bytes of undelivered events above which log lines are dropped; platform events never are. Default 8 MiB. */
  maxPendingBytes?: number;
  /** Called when the subscriber accepts events again. */
  onDropped: (dropped: DroppedLogs) => void;
}

const DEFAULT_MAX_PENDING_BYTES = 8 * 1024 * 1024;
const [FIRST_RETRY_MS, LAST_RETRY_MS] = [20, 1_000];

/** Buffers one subscriber's events and delivers them batch by batch, each until it is accepted. */
export class TelemetrySubscriber {
  private batch: string[] = [];
  private batchBytes = 0;
  private readonly sealed: { events: string[]; bytes: number }[] = [];
  private pendingBytes = 0;
  private dropped: DroppedLogs = { droppedRecords: 0, droppedBytes: 0 };
  private timer: NodeJS.Timeout | undefined;
  private overdue = false;
  private paused = false;
  private closed = false;
  private delivering = false;
  private wakeUp: (() => void) | undefined;
  private idle: (() => void)[] = [];

  constructor(private readonly options: SubscriberOptions) {}

  /** Accepts an event, if the subscription includes its kind. */
  push(event: TelemetryEvent): void {
    const { types, schemaVersion, maxItems, maxBytes, timeoutMs } = this.options.subscription;
    const category = categoryOf(event);
    if (this.closed || !types.includes(category)) return;
    const text = serializeEvent(event, schemaVersion);
    const bytes = Buffer.byteLength(text) + 1;
    const most = this.options.maxPendingBytes ?? DEFAULT_MAX_PENDING_BYTES;
    if (category !== "platform" && this.pendingBytes + bytes > most) {
      this.dropped.droppedRecords += 1;
      this.dropped.droppedBytes += bytes;
      return;
    }
    if (this.batch.length > 0 && this.batchBytes + bytes > maxBytes) this.seal();
    this.batch.push(text);
    this.batchBytes += bytes;
    this.pendingBytes += bytes;
    if (this.batch.length >= maxItems) this.seal();
    else this.timer ??= setTimeout(() => this.timeIsUp(), timeoutMs);
  }

  /** Nothing new is sent while the environment is frozen. */
  pause(): void {
    this.paused = true;
  }

  /** Clocks continued during the freeze: what is overdue is sent immediately. */
  resume(): void {
    this.paused = false;
    this.wakeUp?.();
    if (this.overdue) this.seal();
    else void this.deliverAll();
  }

  /** Sends what is buffered without waiting for the timeout. @returns when everything has been accepted. */
  async drain(): Promise<void> {
    this.seal();
    if (this.pendingBytes === 0 || this.closed) return;
    await new Promise<void>((resolve) => this.idle.push(resolve));
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.timer);
    this.options.delivery.close();
    this.wakeUp?.();
    this.settle();
  }

  private timeIsUp(): void {
    this.timer = undefined;
    if (this.paused) this.overdue = true;
    else this.seal();
  }

  private seal(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.overdue = false;
    if (this.batch.length > 0) {
      this.sealed.push({ events: this.batch, bytes: this.batchBytes });
      this.batch = [];
      this.batchBytes = 0;
    }
    void this.deliverAll();
  }

  private async deliverAll(): Promise<void> {
    if (this.delivering) return;
    this.delivering = true;
    let retryMs = FIRST_RETRY_MS;
    while (!this.paused && !this.closed) {
      const next = this.sealed[0];
      if (!next) break;
      try {
        await this.options.delivery.deliver(next.events);
        this.sealed.shift();
        this.pendingBytes -= next.bytes;
        retryMs = FIRST_RETRY_MS;
        this.reportDropped();
      } catch {
        await this.wait(retryMs);
        retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
      }
    }
    this.delivering = false;
    if (this.pendingBytes === 0) this.settle();
  }

  private reportDropped(): void {
    if (this.dropped.droppedRecords === 0) return;
    const dropped = this.dropped;
    this.dropped = { droppedRecords: 0, droppedBytes: 0 };
    this.options.onDropped(dropped);
  }

  private wait(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private settle(): void {
    for (const resolve of this.idle.splice(0)) resolve();
  }
}
