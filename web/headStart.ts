/** An answer that nobody came for is not kept for longer, since rows are stored meanwhile. */
const KEPT_MS = 5000;

/** An answer that is worked out before it is asked for, and given once. */
export class HeadStart<Answer> {
  private begun: { at: number; answer: Promise<Answer> } | undefined;

  constructor(private readonly work: () => Promise<Answer>) {}

  begin(now: number): void {
    this.begun = { at: now, answer: this.work() };
    // Whoever takes it is told.
    this.begun.answer.catch(() => undefined);
  }

  /** @returns undefined where none was begun for this request, or too long ago. */
  take(now: number): Promise<Answer> | undefined {
    const { begun } = this;
    this.begun = undefined;
    return begun !== undefined && now - begun.at <= KEPT_MS ? begun.answer : undefined;
  }
}
