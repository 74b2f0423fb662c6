/** A value of an OpenTelemetry attribute. */
export type AttributeValue =
  | string
  | number
  | boolean
  | readonly (string | null | undefined)[]
  | readonly (number | null | undefined)[]
  | readonly (boolean | null | undefined)[];

export type Attributes = Record<string, AttributeValue | undefined>;

/** Seconds since the Unix epoch, and nanoseconds within that second. */
export type Time = readonly [seconds: number, nanoseconds: number];

/** `SpanKind` of the OpenTelemetry API; OTLP's is one more. */
export const SpanKind = { INTERNAL: 0, SERVER: 1, CLIENT: 2, PRODUCER: 3, CONSUMER: 4 } as const;
export type SpanKind = (typeof SpanKind)[keyof typeof SpanKind];

/** `SpanStatusCode` of the OpenTelemetry API, which is OTLP's. */
export const StatusCode = { UNSET: 0, OK: 1, ERROR: 2 } as const;
export type StatusCode = (typeof StatusCode)[keyof typeof StatusCode];

/** `TraceState` of the OpenTelemetry API. */
export interface TraceState {
  get(key: string): string | undefined;
  set(key: string, value: string): TraceState;
  unset(key: string): TraceState;
  serialize(): string;
}

/** `SpanContext` of the OpenTelemetry API: the position of a span in a trace. */
export interface SpanContext {
  /** 32 lower-case hexadecimal digits. */
  traceId: string;
  /** 16 lower-case hexadecimal digits. */
  spanId: string;
  /** 1: the trace is recorded. */
  traceFlags: number;
  traceState?: TraceState;
  isRemote?: boolean;
}

export interface SpanLink {
  context: SpanContext;
  attributes?: Attributes;
}

export interface SpanEvent {
  name: string;
  time: Time;
  attributes: Attributes;
}

/** The data of a span when it is sent. */
export interface SpanData {
  context: SpanContext;
  parentSpanId: string | undefined;
  name: string;
  kind: SpanKind;
  start: Time;
  end: Time;
  attributes: Attributes;
  events: readonly SpanEvent[];
  links: readonly SpanLink[];
  status: { code: StatusCode; message?: string };
  dropped: { attributes: number; events: number; links: number };
  scope: { name: string; version?: string };
}
