/** Lets a phase wait until APIs or processes make a condition true. */
export class ConditionSignal {
  private readonly waiters = new Set<() => void>();

  /** To be called after every change that a condition may depend on. */
  notify(): void {
    for (const check of [...this.waiters]) check();
  }

  /**
   * @param deadline in milliseconds since 1970.
   * @returns whether the condition became true before the deadline.
   */
  until(condition: () => boolean, deadline: number): Promise<boolean> {
    if (condition()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const settle = (result: boolean) => {
        clearTimeout(timer);
        this.waiters.delete(check);
        resolve(result);
      };
      const check = () => {
        if (condition()) settle(true);
      };
      const timer = setTimeout(() => settle(condition()), Math.max(0, deadline - Date.now()));
      this.waiters.add(check);
    });
  }
}
