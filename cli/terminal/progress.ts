import type { Terminal } from "./terminal";

/** How far a long command is: one line that changes on a terminal, a line now and then elsewhere. */
export class Progress {
  private done = 0;

  constructor(
    private readonly terminal: Terminal,
    private readonly title: string,
    private readonly total: number,
  ) {}

  /** One more is done. */
  step(): void {
    this.done += 1;
    const { err } = this.terminal;
    if (err.isTTY) err.write(`\r\u001b[K${this.title} ${this.done}/${this.total}`);
    else if (this.done === this.total || this.done % 50 === 0)
      err.write(`${this.title} ${this.done}/${this.total}\n`);
  }

  /** Leaves the line to what follows. */
  end(): void {
    if (this.terminal.err.isTTY) this.terminal.err.write("\r\u001b[K");
  }
}
