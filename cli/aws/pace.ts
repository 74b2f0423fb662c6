/** The clock for limiting a rate. */
export interface Clock {
  /** Milliseconds since an arbitrary moment. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** The process's own time. */
export const processClock: Clock = {
  now: () => performance.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

/** Grants turns at an even rate, at most this many per second. */
export class Pace {
  private next = 0;

  constructor(
    private readonly perSecond: number,
    private readonly clock: Clock = processClock,
  ) {}

  /** Waits for a turn. Turns are granted in the order of the calls. */
  async turn(): Promise<void> {
    const now = this.clock.now();
    const at = Math.max(now, this.next);
    this.next = at + 1000 / this.perSecond;
    if (at > now) await this.clock.sleep(at - now);
  }
}
