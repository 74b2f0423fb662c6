import type { Time } from "../core/spanData";

/** Maximum difference of the two clocks before it is treated as a jump, in milliseconds. */
const TOLERANCE = 20;

/** The time of day with the resolution of the monotonic clock, which stands still while the environment is frozen. */
export class Clock {
  private offset: number;

  constructor(
    private readonly wall: () => number = Date.now,
    private readonly monotonic: () => number = () => performance.now(),
    origin: number = performance.timeOrigin,
  ) {
    this.offset = origin;
    this.adjust();
  }

  /** Called at the beginning of an invocation: the environment may have been frozen since the previous one. */
  adjust(): void {
    const drift = this.wall() - (this.offset + this.monotonic());
    if (Math.abs(drift) > TOLERANCE) this.offset += drift;
  }

  now(): Time {
    return timeOf(this.offset + this.monotonic());
  }

  /** `TimeInput` of the OpenTelemetry API: a date, seconds and nanoseconds, epoch milliseconds, or `performance.now()`. */
  timeOf(input: unknown): Time {
    if (typeof input === "number" && Number.isFinite(input) && input >= 0) {
      return timeOf(input < performance.timeOrigin ? this.offset + input : input);
    }
    if (input instanceof Date && Number.isFinite(input.getTime())) return timeOf(input.getTime());
    if (Array.isArray(input) && input.length === 2 && input.every((part) => Number.isInteger(part))) {
      return [input[0], input[1]];
    }
    return this.now();
  }
}

function timeOf(milliseconds: number): Time {
  const seconds = Math.floor(milliseconds / 1000);
  return [seconds, Math.min(999_999_999, Math.round((milliseconds - seconds * 1000) * 1e6))];
}

export const isBefore = (a: Time, b: Time): boolean => a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);
