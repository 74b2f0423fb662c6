import type { Terminal } from "./terminal";

/** The progress of a long command: one line that changes on a terminal, an occasional line elsewhere. */
export class Progress {
  private done = 0;

  /** @param total the known number of steps; {@link add} more as they are found. */
  constructor(
    private readonly terminal: Terminal,
    private readonly title: string,
    private total = 0,
  ) {}

  /** Adds steps. */
  add(count: number): void {
    this.total += count;
  }

  /** Completes a step. */
  step(): void {
    this.done += 1;
    const { err } = this.terminal;
    if (err.isTTY) err.write(`\r\u001b[K${this.title} ${this.done}/${this.total}`);
    else if (this.done % 50 === 0) this.line();
  }

  /** Clears the line on a terminal for other output. */
  clear(): void {
    if (this.terminal.err.isTTY) this.terminal.err.write("\r\u001b[K");
  }

  /** Ends the line. */
  end(): void {
    if (this.terminal.err.isTTY) this.clear();
    else if (this.done % 50 !== 0) this.line();
  }

  private line(): void {
    this.terminal.err.write(`${this.title} ${this.done}/${this.total}\n`);
  }
}
