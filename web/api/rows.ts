// What the server returns and the browser shows, defined once for both. ClickHouse's 64-bit numbers may arrive as strings.

/** A log row. `time` in milliseconds since 1970. */
export interface LogRow {
  time: number;
  service: string;
  severity: string;
  body: string;
  traceId: string;
  spanId: string;
  attributes: Record<string, string>;
  resource: Record<string, string>;
}

/** Log rows, newest first, and their time range: milliseconds since 1970, `to` excluded. */
export interface LogRows {
  rows: LogRow[];
  from: number;
  to: number;
}

/** A trace in a list. */
export interface TraceRow {
  traceId: string;
  time: number;
  name: string;
  services: string[];
  spans: number;
  errors: number;
  coldStart: number;
  durationMs: number;
}

/** A span of a trace. Times in milliseconds since 1970. */
export interface SpanRow {
  spanId: string;
  parentSpanId: string;
  name: string;
  kind: string;
  service: string;
  status: string;
  message: string;
  startMs: number;
  durationMs: number;
  attributes: Record<string, string>;
  /** Bytes of memory of its function; empty if unknown. */
  memorySize: string;
  events: [number, string, Record<string, string>][];
}

/** A log row of a trace. */
export interface TraceLogRow {
  time: number;
  service: string;
  severity: string;
  body: string;
  spanId: string;
  attributes: Record<string, string>;
}

/** An invocation. */
export interface InvocationRow {
  time: number;
  service: string;
  name: string;
  traceId: string;
  spanId: string;
  durationMs: number;
  status: string;
  message: string;
  invocationId: string;
  coldStart: number;
  trigger: string;
  /** Bytes of memory of its function; empty if unknown. */
  memorySize: string;
}

/** Lambda's measurements of one invocation, by its span. They arrive later than the span; null if Lambda reported none. */
export interface MeasuredRow {
  traceId: string;
  spanId: string;
  billedMs: number | null;
  /** Bytes. */
  memoryUsed: number | null;
  /** Milliseconds of extensions after the handler. */
  overheadMs: number | null;
}

/** A function's invocations, aggregated. Durations in milliseconds. */
export interface FunctionRow {
  service: string;
  invocations: number;
  errors: number;
  coldStarts: number;
  /** Maximum concurrency. */
  concurrency: number;
  p50: number;
  p95: number;
  p99: number;
}

/** Number of steps for percentiles. */
export const PERCENTILE_STEPS = 40;

/** Percentiles of a function's durations in one step of the time range, in milliseconds. */
export interface PercentileRow {
  service: string;
  step: number;
  p50: number;
  p95: number;
  p99: number;
}

/** The extension's measurements of a function; zero if none has arrived yet. */
export interface MeasureRow {
  service: string;
  billedSeconds: number;
  /** Bytes. */
  memoryUsed: number;
  /** Bytes. */
  memorySize: number;
  /** Milliseconds after the handler, per invocation. */
  overheadMs: number;
  /** Bytes of its log lines. */
  logBytes: number;
}

/** Rows of one severity in one step of the histogram. */
export interface StepRow {
  step: number;
  severity: string;
  rows: number;
}

/** A function that the page can invoke. */
export interface PageFunction {
  name: string;
  runtime: string;
  /** Its URL on this machine, if it has one. */
  url?: string;
  /** Its own events that can be sent, such as those of its schedules. */
  samples?: readonly EventSample[];
}

/** An event that can be sent unchanged or edited first. */
export interface EventSample {
  title: string;
  event: unknown;
}

/** How an invocation from the page ended. Times in milliseconds. */
export interface PageInvocation {
  requestId: string;
  status: string;
  payload: unknown;
  durationMs: number;
  billedDurationMs: number;
  initDurationMs?: number;
}

/** The page's data besides rows. */
export interface AboutPage {
  functions: readonly PageFunction[];
  /** Address of HyperDX's app. */
  hyperDx?: string;
}
