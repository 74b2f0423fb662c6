import type { Signal } from "./signal";

/** A failure that the OTLP intake shows instead of, or before, doing its work. */
export interface Fault {
  /** Signals concerned. Default: all. */
  readonly signals?: readonly Signal[];
  /** Answer with this HTTP status (such as 429 or 503) and store nothing. */
  readonly status?: number;
  /** Value of the Retry-After header that goes with `status`, in seconds. */
  readonly retryAfterSeconds?: number;
  /** Wait for so long before anything else, in milliseconds. Without `status` and `drop` the request is served then. */
  readonly delayMs?: number;
  /** Close the connection without an answer; nothing is stored. */
  readonly drop?: boolean;
  /** End after so many requests. Default: no such end. */
  readonly requests?: number;
  /** End after so much time, in milliseconds. Default: no such end. */
  readonly durationMs?: number;
}

/** The fault in force, if any, and how much of it is left. */
export class FaultPlan {
  private fault: Fault | undefined;
  private startedAt = 0;
  private taken = 0;

  /** Puts a fault in the place of the one before; `undefined` ends it. */
  set(fault: Fault | undefined, now: number): void {
    this.fault = fault;
    this.startedAt = now;
    this.taken = 0;
  }

  /** The fault that a request of this signal meets, counting the request. */
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
