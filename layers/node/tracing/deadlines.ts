/** An invocation, and when its open spans are due to be sent, by the monotonic clock in milliseconds. */
export interface Due {
  dueAt: number;
  due(): void;
}

/** Timers longer than this fire at once. */
const LONGEST = 0x7fffffff;

/**
 * Calls invocations shortly before their deadlines, with one shared timer: setting and clearing one for each would cost
 * more than a span.
 */
export class Deadlines {
  private readonly watched = new Set<Due>();
  private timer: NodeJS.Timeout | undefined;
  private armedFor = Number.POSITIVE_INFINITY;

  watch(one: Due): void {
    this.watched.add(one);
    if (one.dueAt < this.armedFor) this.arm(one.dueAt);
  }

  /** The timer is kept: it fires once without effect, and is then set for the running invocation. */
  forget(one: Due): void {
    this.watched.delete(one);
  }

  private arm(at: number): void {
    clearTimeout(this.timer);
    this.armedFor = at;
    this.timer = setTimeout(() => this.fire(), Math.min(Math.max(1, at - performance.now()), LONGEST));
    this.timer.unref();
  }

  private fire(): void {
    this.armedFor = Number.POSITIVE_INFINITY;
    // A timer may fire up to a millisecond early.
    const now = performance.now() + 1;
    let next = Number.POSITIVE_INFINITY;
    for (const one of this.watched) {
      if (one.dueAt > now) next = Math.min(next, one.dueAt);
      else {
        this.watched.delete(one);
        one.due();
      }
    }
    if (next !== Number.POSITIVE_INFINITY) this.arm(next);
  }
}
