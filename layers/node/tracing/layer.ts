import { encodeSpans } from "../core/encodeSpans";
import type { Settings } from "../core/settings";
import type { SpanData } from "../core/spanData";
import { Clock } from "./clock";
import { AsyncContextManager, type Context, type ContextManager } from "./context";
import { Deadlines } from "./deadlines";
import { type Registration, register } from "./globalApi";
import { propagator } from "./propagator";
import { Sender } from "./sender";
import type { RecordedSpan } from "./span";
import { SpanTracerProvider, type Tracing } from "./tracer";

/** Ended spans that wait for the end of an invocation at most. */
const MOST_WAITING = 256;

/** Under it a context has its invocation. */
export const INVOCATION_KEY = Symbol("clickstack-lambda invocation");

/** An invocation, and its spans that have not ended. */
export interface OpenSpans {
  readonly requestId: string;
  readonly open: Set<RecordedSpan>;
}

/** The tracer of the process: it takes spans in and hands them to the extension. */
export class Layer implements Tracing {
  readonly clock = new Clock();
  readonly deadlines = new Deadlines();
  readonly limits: Settings["limits"];
  readonly sampler: Settings["sampler"];
  private readonly manager = new AsyncContextManager();
  private readonly provider = new SpanTracerProvider(this);
  private readonly sender: Sender;
  private registration: Registration | undefined;
  private readonly running = new Set<OpenSpans>();
  private waiting: SpanData[] = [];
  private isSettled = false;

  constructor(readonly settings: Settings) {
    this.limits = settings.limits;
    this.sampler = settings.sampler;
    this.sender = new Sender(settings.endpoint);
  }

  /** Takes its place in the process. */
  install(): void {
    this.sender.open();
    this.registration = register({ trace: this.provider, context: this.manager, propagation: propagator });
  }

  /** The context manager of the function's own SDK, if it has one: contexts of both are then the same. */
  readonly contexts = (): ContextManager => this.registration?.contexts() ?? this.manager;

  /** Whether the function has an SDK of its own, which makes the spans of libraries itself. */
  hasOtherTracer(): boolean {
    return this.registration?.hasOtherTracer() ?? false;
  }

  tracer(name: string, version?: string): ReturnType<SpanTracerProvider["getTracer"]> {
    return this.provider.getTracer(name, version);
  }

  invocationStarted(invocation: OpenSpans): void {
    this.clock.adjust();
    this.running.add(invocation);
  }

  /** Hands everything over. A promise if the extension isn't reached yet. */
  invocationEnded(invocation: OpenSpans): Promise<void> | undefined {
    this.running.delete(invocation);
    if (!this.isSettled) this.registration?.settle();
    this.isSettled = true;
    this.flush(invocation.requestId);
    return this.sender.settled();
  }

  /** The handler has settled, and nothing of an invocation goes on that is known of. */
  rest(): void {
    if (this.running.size === 0) this.manager.rest();
  }

  started(span: RecordedSpan, context: Context): void {
    const invocation = context.getValue(INVOCATION_KEY) as OpenSpans | undefined;
    if (invocation === undefined) return;
    span.openIn = invocation.open;
    invocation.open.add(span);
  }

  ended(span: RecordedSpan): void {
    span.openIn?.delete(span);
    this.add(span.data());
  }

  /** Spans as they are now. Outside of invocations nothing waits: the environment may be frozen at any time. */
  add(...spans: SpanData[]): void {
    this.waiting.push(...spans);
    if (this.running.size === 0 || this.waiting.length >= MOST_WAITING) this.flush();
  }

  /** @param endedInvocation request id of the invocation that ends with these spans. */
  flush(endedInvocation?: string): void {
    if (this.waiting.length === 0) return;
    const spans = this.waiting;
    this.waiting = [];
    try {
      const requests = encodeSpans(spans, RESOURCE);
      const last = requests.pop();
      for (const request of requests) this.sender.send(request);
      if (last !== undefined) this.sender.send(last, endedInvocation);
    } catch {
      // What cannot be encoded is not worth an invocation.
    }
  }
}

/** The extension completes it with the service, the function and the user's own attributes. */
const RESOURCE = {
  "telemetry.sdk.name": "clickstack-lambda",
  "telemetry.sdk.language": "nodejs",
};
