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

/** Maximum number of ended spans that wait for the end of an invocation. */
const MOST_WAITING = 256;

/** The context key for the invocation. */
export const INVOCATION_KEY = Symbol("clickstack-lambda invocation");

/** An invocation, and its spans that have not ended. */
export interface OpenSpans {
  readonly requestId: string;
  readonly open: Set<RecordedSpan>;
}

/** The tracer of the process: it collects spans and sends them to the extension. */
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

  /** Registers itself in the process. */
  install(): void {
    this.sender.open();
    this.registration = register({ trace: this.provider, context: this.manager, propagation: propagator });
  }

  /** The context manager of the function's own SDK, if it has one: both then share contexts. */
  readonly contexts = (): ContextManager => this.registration?.contexts() ?? this.manager;

  /** Whether the function has its own SDK, which creates the spans of libraries itself. */
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

  /** Sends everything. Returns a promise if the extension has not been reached yet. */
  invocationEnded(invocation: OpenSpans): Promise<void> | undefined {
    this.running.delete(invocation);
    if (!this.isSettled) this.registration?.settle();
    this.isSettled = true;
    this.flush(invocation.requestId);
    return this.sender.settled();
  }

  /** The handler has settled, and no known work of an invocation continues. */
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

  /**
   * Sends spans in their current state. Outside invocations nothing waits: the environment may be frozen at any time.
   */
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
      // Spans that cannot be encoded must not make an invocation fail.
    }
  }
}

/** The extension completes it with the service, the function and the user's own attributes. */
const RESOURCE = {
  "telemetry.sdk.name": "clickstack-lambda",
  "telemetry.sdk.language": "nodejs",
};
