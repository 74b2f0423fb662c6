/** Time as it is needed to keep a pace. */
export interface Clock {
  /** Milliseconds since any moment. */
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** The process's own time. */
export const processClock: Clock = {
  now: () => performance.now(),
  sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
};

/** Gives out turns, evenly, at most so many a second. */
export class Pace {
  private next = 0;

  constructor(
    private readonly perSecond: number,
    private readonly clock: Clock = processClock,
  ) {}

  /** Waits for a turn. Turns are given in the order of the calls. */
  async turn(): Promise<void> {
    const now = this.clock.now();
    const at = Math.max(now, this.next);
    this.next = at + 1000 / this.perSecond;
    if (at > now) await this.clock.sleep(at - now);
  }
}
