import { AttributeSet, type Limits, validAttributes } from "../core/attributes";
import { exceptionReport } from "../core/exceptions";
import type {
  SpanContext,
  SpanData,
  SpanEvent,
  SpanKind,
  SpanLink,
  StatusCode,
  Time,
} from "../core/spanData";
import { type Clock, isBefore } from "./clock";

/** `Span` of the OpenTelemetry API. */
export interface Span {
  spanContext(): SpanContext;
  isRecording(): boolean;
  setAttribute(key: string, value: unknown): this;
  setAttributes(attributes: unknown): this;
  addEvent(name: string, attributesOrTime?: unknown, time?: unknown): this;
  addLink(link: unknown): this;
  addLinks(links: unknown): this;
  setStatus(status: { code: StatusCode; message?: string }): this;
  updateName(name: string): this;
  recordException(exception: unknown, time?: unknown): void;
  end(time?: unknown): void;
}

/** What a span needs from the tracer. */
export interface SpanHost {
  readonly clock: Clock;
  readonly limits: Limits;
  ended(span: RecordedSpan): void;
}

export interface SpanStart {
  context: SpanContext;
  parentSpanId: string | undefined;
  name: string;
  kind: SpanKind;
  startTime?: unknown;
  attributes?: unknown;
  links?: unknown;
  scope: SpanData["scope"];
}

/** A span that is sent when it has ended. Later calls on it have no effect. */
export class RecordedSpan implements Span {
  readonly context: SpanContext;
  /** The open spans of its invocation. */
  openIn: Set<RecordedSpan> | undefined;
  private readonly start: Time;
  private finish: Time | undefined;
  private name: string;
  private readonly attributes: AttributeSet;
  private readonly events: SpanEvent[] = [];
  private readonly links: SpanLink[] = [];
  private status: { code: StatusCode; message?: string } = { code: 0 };
  private readonly dropped = { events: 0, links: 0 };

  constructor(
    private readonly host: SpanHost,
    private readonly from: SpanStart,
  ) {
    this.context = from.context;
    this.name = String(from.name);
    this.attributes = new AttributeSet(host.limits);
    this.start = from.startTime === undefined ? host.clock.now() : host.clock.timeOf(from.startTime);
    if (from.attributes !== undefined) this.attributes.putAll(from.attributes);
    if (from.links !== undefined) this.addLinks(from.links);
  }

  spanContext(): SpanContext {
    return this.context;
  }

  isRecording(): boolean {
    return this.finish === undefined;
  }

  setAttribute(key: string, value: unknown): this {
    if (this.finish === undefined) this.attributes.put(key, value);
    return this;
  }

  setAttributes(attributes: unknown): this {
    if (this.finish === undefined) this.attributes.putAll(attributes);
    return this;
  }

  addEvent(name: string, attributesOrTime?: unknown, time?: unknown): this {
    if (this.finish !== undefined) return this;
    if (this.events.length >= this.host.limits.events) {
      this.dropped.events += 1;
      return this;
    }
    const isTime =
      typeof attributesOrTime === "number" ||
      attributesOrTime instanceof Date ||
      Array.isArray(attributesOrTime);
    const when = isTime ? attributesOrTime : time;
    this.events.push({
      name: String(name),
      time: when === undefined ? this.host.clock.now() : this.host.clock.timeOf(when),
      attributes: isTime ? {} : validAttributes(attributesOrTime, this.host.limits).attributes,
    });
    return this;
  }

  addLink(link: unknown): this {
    const { context, attributes } = (link ?? {}) as Partial<SpanLink>;
    if (this.finish !== undefined || typeof context?.traceId !== "string") return this;
    if (this.links.length >= this.host.limits.links) this.dropped.links += 1;
    else this.links.push({ context, attributes: validAttributes(attributes, this.host.limits).attributes });
    return this;
  }

  addLinks(links: unknown): this {
    if (Array.isArray(links)) for (const link of links) this.addLink(link);
    return this;
  }

  /** A status of OK is final, as OpenTelemetry specifies. */
  setStatus(status: { code: StatusCode; message?: string }): this {
    if (this.finish !== undefined || this.status.code === 1 || !status || status.code === 0) return this;
    const { code, message } = status;
    this.status = code === 2 && typeof message === "string" ? { code, message } : { code };
    return this;
  }

  updateName(name: string): this {
    if (this.finish === undefined) this.name = String(name);
    return this;
  }

  recordException(exception: unknown, time?: unknown): void {
    this.addEvent("exception", exceptionReport(exception).attributes, time);
  }

  end(time?: unknown): void {
    if (this.finish !== undefined) return;
    this.finish = time === undefined ? this.host.clock.now() : this.host.clock.timeOf(time);
    this.host.ended(this);
  }

  /** The data to send; for an open span, as if it ended at `now`. */
  data(now: Time = this.finish ?? this.host.clock.now()): SpanData {
    const { context, parentSpanId, kind, scope } = this.from;
    const end = isBefore(now, this.start) ? this.start : now;
    return {
      context,
      parentSpanId,
      name: this.name,
      kind,
      start: this.start,
      end,
      attributes: this.attributes.values,
      events: this.events,
      links: this.links,
      status: this.status,
      dropped: { ...this.dropped, attributes: this.attributes.dropped },
      scope,
    };
  }
}

/** A span that is not recorded and only has ids. */
export class PassiveSpan implements Span {
  constructor(private readonly context: SpanContext) {}

  spanContext(): SpanContext {
    return this.context;
  }
  isRecording(): boolean {
    return false;
  }
  setAttribute(): this {
    return this;
  }
  setAttributes(): this {
    return this;
  }
  addEvent(): this {
    return this;
  }
  addLink(): this {
    return this;
  }
  addLinks(): this {
    return this;
  }
  setStatus(): this {
    return this;
  }
  updateName(): this {
    return this;
  }
  recordException(): void {}
  end(): void {}
}
