import type { Signal } from "./signal";

/** A failure that the OTLP intake simulates instead of, or before, processing a request. */
export interface Fault {
  /** Affected signals. Default: all. */
  readonly signals?: readonly Signal[];
  /** Answer with this HTTP status (such as 429 or 503) and store nothing. */
  readonly status?: number;
  /** Value of the Retry-After header sent with `status`, in seconds. */
  readonly retryAfterSeconds?: number;
  /** Initial delay in milliseconds. Without `status` and `drop`, the request is then served. */
  readonly delayMs?: number;
  /** Close the connection without an answer; nothing is stored. */
  readonly drop?: boolean;
  /** Number of requests after which the fault ends. Default: unlimited. */
  readonly requests?: number;
  /** Time after which the fault ends, in milliseconds. Default: unlimited. */
  readonly durationMs?: number;
}

/** The active fault, if any, and its remaining time and requests. */
export class FaultPlan {
  private fault: Fault | undefined;
  private startedAt = 0;
  private taken = 0;

  /** Replaces the current fault; `undefined` ends it. */
  set(fault: Fault | undefined, now: number): void {
    this.fault = fault;
    this.startedAt = now;
    this.taken = 0;
  }

  /** The fault for a request of this signal; counts the request. */
  take(signal: Signal, now: number): Fault | undefined {
    const { fault } = this;
    if (!fault || (fault.signals && !fault.signals.includes(signal))) return undefined;
    const over =
      (fault.durationMs !== undefined && now - this.startedAt >= fault.durationMs) ||
      (fault.requests !== undefined && this.taken >= fault.requests);
    if (over) {
      this.fault = undefined;
      return undefined;
    }
    this.taken++;
    return fault;
  }
}
