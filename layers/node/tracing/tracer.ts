import type { Limits } from "../core/attributes";
import type { Sampler } from "../core/sampler";
import { type SpanContext, type SpanData, SpanKind } from "../core/spanData";
import { isValidContext } from "../core/traceContext";
import type { Clock } from "./clock";
import { type Context, type ContextManager, SPAN_KEY, SUPPRESS_KEY } from "./context";
import { newSpanId, newTraceId } from "./ids";
import { PassiveSpan, RecordedSpan, type Span } from "./span";

/** `SpanOptions` of the OpenTelemetry API. */
export interface SpanOptions {
  kind?: SpanKind;
  attributes?: unknown;
  links?: unknown;
  startTime?: unknown;
  root?: boolean;
}

/** `Tracer` of the OpenTelemetry API. */
export interface Tracer {
  startSpan(name: string, options?: SpanOptions, context?: Context): Span;
  startActiveSpan(name: string, ...rest: unknown[]): unknown;
}

/** State shared by tracers. */
export interface Tracing {
  readonly clock: Clock;
  readonly limits: Limits;
  readonly sampler: Sampler;
  readonly contexts: () => ContextManager;
  /** Called when a recorded span has started in this context. */
  started(span: RecordedSpan, context: Context): void;
  ended(span: RecordedSpan): void;
}

const NO_SPAN: SpanContext = { traceId: "0".repeat(32), spanId: "0".repeat(16), traceFlags: 0 };

/** The span in a context, of any tracer. */
export function spanIn(context: Context): Span | undefined {
  return context.getValue(SPAN_KEY) as Span | undefined;
}

/** Ids of the valid span in a context. */
export function spanContextIn(context: Context): SpanContext | undefined {
  const span = spanIn(context);
  if (span === undefined) return undefined;
  if (span instanceof RecordedSpan) return span.context;
  const found = span.spanContext?.();
  return isValidContext(found) ? found : undefined;
}

export class SpanTracer implements Tracer {
  constructor(
    private readonly tracing: Tracing,
    private readonly scope: SpanData["scope"],
  ) {}

  startSpan(name: string, options: SpanOptions = {}, context?: Context): Span {
    const around = context ?? this.tracing.contexts().active();
    if (around.getValue(SUPPRESS_KEY) === true) return new PassiveSpan(NO_SPAN);
    const parent = options.root ? undefined : spanContextIn(around);
    return startSpan(this.tracing, around, {
      name,
      parent,
      traceId: parent?.traceId,
      kind: options.kind ?? SpanKind.INTERNAL,
      scope: this.scope,
      options,
    });
  }

  /** `(name, fn)`, `(name, options, fn)` or `(name, options, context, fn)`. */
  startActiveSpan(name: string, ...rest: unknown[]): unknown {
    const fn = rest.pop();
    if (typeof fn !== "function") return undefined;
    const contexts = this.tracing.contexts();
    const parent = (rest[1] as Context | undefined) ?? contexts.active();
    const span = this.startSpan(name, rest[0] as SpanOptions | undefined, parent);
    return contexts.with(parent.setValue(SPAN_KEY, span), fn as (span: Span) => unknown, undefined, span);
  }
}

export interface NewSpan {
  name: string;
  parent: SpanContext | undefined;
  /** Without it a new trace starts. */
  traceId: string | undefined;
  kind: SpanKind;
  scope: SpanData["scope"];
  options: SpanOptions;
}

/** Creates a span, which is recorded if it is sampled. */
export function startSpan(tracing: Tracing, around: Context, wanted: NewSpan): Span {
  const { name, parent, kind, scope, options } = wanted;
  const traceId = wanted.traceId ?? newTraceId();
  const isSampled = tracing.sampler(traceId, parent);
  const context: SpanContext = { traceId, spanId: newSpanId(), traceFlags: isSampled ? 1 : 0 };
  if (parent?.traceState !== undefined) context.traceState = parent.traceState;
  if (!isSampled) return new PassiveSpan(context);
  const { startTime, attributes, links } = options;
  const span = new RecordedSpan(tracing, {
    context,
    parentSpanId: parent?.spanId,
    name,
    kind,
    startTime,
    attributes,
    links,
    scope,
  });
  tracing.started(span, around);
  return span;
}

/** `TracerProvider` of the OpenTelemetry API. */
export class SpanTracerProvider {
  private readonly tracers = new Map<string, Tracer>();

  constructor(private readonly tracing: Tracing) {}

  getTracer(name?: string, version?: string): Tracer {
    const key = `${name}\0${version ?? ""}`;
    const known = this.tracers.get(key);
    if (known !== undefined) return known;
    const scope = {
      name: String(name ?? ""),
      ...(version === undefined ? {} : { version: String(version) }),
    };
    const tracer = new SpanTracer(this.tracing, scope);
    this.tracers.set(key, tracer);
    return tracer;
  }

  /** SDK users call this before an environment freezes; spans are sent at the end of the invocation anyway. */
  async forceFlush(): Promise<void> {}

  async shutdown(): Promise<void> {}
}
