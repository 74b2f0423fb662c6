import type { Terminal } from "./terminal";

/** How far a long command is: one line that changes on a terminal, a line now and then elsewhere. */
export class Progress {
  private done = 0;

  /** @param total of what is known; {@link add} more as it is found. */
  constructor(
    private readonly terminal: Terminal,
    private readonly title: string,
    private total = 0,
  ) {}

  /** So many more are to be done. */
  add(count: number): void {
    this.total += count;
  }

  /** One more is done. */
  step(): void {
    this.done += 1;
    const { err } = this.terminal;
    if (err.isTTY) err.write(`\r\u001b[K${this.title} ${this.done}/${this.total}`);
    else if (this.done % 50 === 0) this.line();
  }

  /** Leaves the line of a terminal to what is written next. */
  clear(): void {
    if (this.terminal.err.isTTY) this.terminal.err.write("\r\u001b[K");
  }

  /** Leaves the line to what follows. */
  end(): void {
    if (this.terminal.err.isTTY) this.clear();
    else if (this.done % 50 !== 0) this.line();
  }

  private line(): void {
    this.terminal.err.write(`${this.title} ${this.done}/${this.total}\n`);
  }
}
