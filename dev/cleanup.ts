/** Actions to undo at the end, in reverse order, whatever happens in between. */
export class Cleanup {
  readonly #undo: (() => Promise<void> | void)[] = [];

  /** Registers how to undo something, and returns the thing. */
  use<T>(thing: T, undo: (thing: T) => Promise<void> | void): T {
    this.#undo.push(() => undo(thing));
    return thing;
  }

  /** Undoes everything once. A failure does not prevent the rest from being undone; all failures are returned. */
  async run(): Promise<Error[]> {
    const failures: Error[] = [];
    for (let undo = this.#undo.pop(); undo; undo = this.#undo.pop()) {
      try {
        await undo();
      } catch (error) {
        failures.push(error as Error);
      }
    }
    return failures;
  }
}
