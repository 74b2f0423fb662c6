import { randomBytes } from "node:crypto";
import type { ResponseListener } from "../apis/runtime";
import { type Failure, failurePayload, functionErrorType } from "../core/failure";
import type { PhaseStatus, Tracing } from "../core/telemetryEvent";
import type { InvokeOutcome } from "./runtimeDomain";

/** What an environment's first invocation waited for. */
export interface StartMetrics {
  /** Milliseconds of the init phase. */
  initDurationMs?: number;
  /** With SnapStart: milliseconds from the snapshot until the runtime was ready. */
  restoreDurationMs?: number;
  /** The part of it in which the runtime loaded and its hooks ran, in whole milliseconds. */
  billedRestoreDurationMs?: number;
}

/** How an invocation ended, for the invoker. */
export interface InvocationResult extends StartMetrics {
  requestId: string;
  /** `error`: the function returned an error; `failure`: the runtime or an extension ended or could not initialize. */
  status: PhaseStatus;
  /** The response, or the error with errorType and errorMessage: the JSON value, or the text if it is not JSON. */
  payload: unknown;
  /** `Unhandled`, as the Invoke API returns it, unless the function succeeded. */
  functionError?: "Unhandled";
  /** Milliseconds from the invocation's start until the runtime was done. */
  durationMs: number;
  /** Whole milliseconds of initialization or restore, runtime and extensions; 0 on Managed Instances, where time isn't billed. */
  billedDurationMs: number;
  /**
   * Milliseconds that the extensions took after the runtime was done; 0 on Managed Instances, which do not wait for
   * them.
   */
  extensionOverheadMs: number;
  /** Whether the environment was created for this invocation. */
  coldStart: boolean;
  environmentId: string;
}

export interface InvokeOptions {
  /** Value of X-Amzn-Trace-Id. Default: a new trace that is not sampled, as for a function without active tracing. */
  traceHeader?: string;
  /** The client context as JSON, which the Invoke API accepts in base64. Default: none. */
  clientContext?: string;
  /** With tenant isolation: the tenant; the function runs only in this tenant's environments. */
  tenantId?: string;
  /** Receives a streamed response as it arrives; the result also contains all of it. */
  onResponse?: ResponseListener;
}

const hex = (bytes: number): string => randomBytes(bytes).toString("hex");

/** @param now in milliseconds since 1970. */
export function newTraceHeader(now: number): string {
  const seconds = Math.floor(now / 1_000)
    .toString(16)
    .padStart(8, "0");
  return `Root=1-${seconds}-${hex(12)};Parent=${hex(8)};Sampled=0`;
}

export const newSpanId = (): string => hex(8);

/** The outcome of an invocation whose initialization already failed. */
export function failedOutcome(failure: Failure, durationMs: number): InvokeOutcome {
  const monotonic = performance.now();
  return {
    status: failure.status,
    failure,
    durationMs,
    startedAt: { wall: Date.now() - durationMs, monotonic: monotonic - durationMs },
    doneAt: monotonic,
  };
}

/** The error type of `platform.runtimeDone` and `platform.report`. A timeout has none. */
export function outcomeErrorType({ status, failure, answer }: InvokeOutcome): string | undefined {
  if (failure) return failure.status === "timeout" ? undefined : failure.errorType;
  return status === "error" ? functionErrorType(answer?.errorType) : undefined;
}

/** The part of an invocation's result that depends only on its outcome. */
export function outcomeResult(
  outcome: InvokeOutcome,
  requestId: string,
): Pick<InvocationResult, "requestId" | "status" | "payload" | "functionError" | "durationMs"> {
  const { status, durationMs } = outcome;
  return {
    requestId,
    status,
    payload: outcomePayload(outcome, requestId),
    ...(status === "success" ? {} : { functionError: "Unhandled" }),
    durationMs,
  };
}

/** What the invoker receives: the runtime's answer if there was one, else the platform's error. */
function outcomePayload({ failure, answer }: InvokeOutcome, requestId: string): unknown {
  const text = answer?.body ?? (failure ? failurePayload(failure, requestId) : "");
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** The record of `platform.runtimeDone`. */
export function runtimeDoneRecord(
  outcome: InvokeOutcome,
  requestId: string,
  tracing: Tracing,
): Record<string, unknown> {
  const { status, answer, durationMs } = outcome;
  const errorType = outcomeErrorType(outcome);
  return {
    requestId,
    status,
    ...(errorType === undefined ? {} : { errorType }),
    metrics: { durationMs, producedBytes: answer?.bytes ?? 0 },
    tracing,
    spans: runtimeSpans(outcome),
  };
}

/** The spans of `platform.runtimeDone`: until the response began, until it had ended, and from there to the runtime's readiness for the next event. */
export function runtimeSpans({ answer, startedAt, durationMs }: InvokeOutcome): Record<string, unknown>[] {
  if (!answer) return [];
  const latency = answer.begunAt - startedAt.monotonic;
  const response = answer.at - answer.begunAt;
  const span = (name: string, after: number, length: number) => ({
    name,
    start: new Date(startedAt.wall + after).toISOString(),
    durationMs: Math.max(0, Math.round(length * 1_000) / 1_000),
  });
  return [
    span("responseLatency", 0, latency),
    span("responseDuration", latency, response),
    span("runtimeOverhead", latency + response, durationMs - latency - response),
  ];
}
