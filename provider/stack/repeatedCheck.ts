/** Calls something later. */
export interface Clock {
  after(seconds: number, action: () => void): void;
}

/** The process's own clock, which does not keep the process running. */
const systemClock: Clock = {
  after(seconds, action) {
    setTimeout(action, seconds * 1000).unref();
  },
};

/** A repeated check. */
export interface RepeatedCheck {
  /** Rejects with the problem. */
  check(): Promise<void>;
  /** Receives the problem; nothing is checked afterwards. */
  report(error: Error): unknown;
}

/**
 * Repeats a check until it fails or the pauses are over.
 * @param pauses seconds before each check, counted from the end of the previous one.
 */
export function checkAgain(
  { check, report }: RepeatedCheck,
  pauses: readonly number[],
  clock = systemClock,
): void {
  const [pause, ...others] = pauses;
  if (pause === undefined) return;
  const again = async () => {
    try {
      await check();
    } catch (error) {
      await report(error instanceof Error ? error : new Error(String(error)));
      return;
    }
    checkAgain({ check, report }, others, clock);
  };
  // Reporting fails if there is nobody left to report to.
  clock.after(pause, () => void again().catch(() => {}));
}
