/** Things to undo at the end, in the opposite order of their making, whatever happens in between. */
export class Cleanup {
  readonly #undo: (() => Promise<void> | void)[] = [];

  /** Remembers how to undo something, and hands the thing back. */
  use<T>(thing: T, undo: (thing: T) => Promise<void> | void): T {
    this.#undo.push(() => undo(thing));
    return thing;
  }

  /** Undoes everything once. One failure does not keep the others from being undone; they are returned. */
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
