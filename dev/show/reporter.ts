import { styleText } from "node:util";
import type { InvocationResult, TelemetryEvent } from "../../sandbox";
import { lineOf, type ShownLine } from "./line";

/** An output, possibly a terminal. */
export interface Output {
  write(text: string): unknown;
  isTTY?: boolean;
}

type Style = Parameters<typeof styleText>[0];

const levelStyles: Readonly<Record<ShownLine["level"], Style>> = {
  trace: "dim",
  debug: "dim",
  info: "cyan",
  warn: "yellow",
  error: "red",
  fatal: "red",
};
const COLUMN = 24;

/** Writes what happens: lines of functions and results to `out`, everything else to `err`. */
export class Reporter {
  private width = 0;

  constructor(
    private readonly out: Output,
    private readonly err: Output,
    private readonly colours: boolean,
  ) {}

  /** Names of the functions, so that their lines are in columns. */
  columns(names: readonly string[]): void {
    this.width = Math.min(COLUMN, Math.max(0, ...names.map(({ length }) => length)));
  }

  notice(text: string): void {
    this.err.write(`${this.styled(this.err, "dim", text)}\n`);
  }

  warning(text: string): void {
    this.err.write(`${this.styled(this.err, "yellow", `! ${text}`)}\n`);
  }

  failure(text: string): void {
    this.err.write(`${this.styled(this.err, "red", `✖ ${text}`)}\n`);
  }

  event(name: string, event: TelemetryEvent): void {
    const line = lineOf(event);
    if (line === undefined) return;
    const level = this.styled(this.out, levelStyles[line.level], line.level.toUpperCase().padEnd(5));
    const text = line.text.replaceAll("\n", `\n${" ".repeat(13 + this.width + 8)}`);
    this.out.write(`${this.head(name, event.time)} ${level}  ${text}\n`);
  }

  /** @param links to more about the invocation. */
  result(name: string, result: InvocationResult, links: readonly string[]): void {
    const { status, durationMs, billedDurationMs, initDurationMs } = result;
    const parts = [
      `${durationMs.toFixed(0)} ms`,
      `billed ${billedDurationMs} ms`,
      ...(initDurationMs === undefined ? [] : [`init ${initDurationMs.toFixed(0)} ms`]),
    ];
    const failed = status !== "success";
    const mark = failed ? this.styled(this.out, "red", `✖ ${status}`) : this.styled(this.out, "green", "✔");
    const shown = links.map((link) => `  ${this.styled(this.out, "dim", link)}`).join("");
    this.out.write(`${this.head(name, new Date().toISOString())} ${mark} ${parts.join(", ")}${shown}\n`);
    const answer = JSON.stringify(result.payload ?? null);
    this.out.write(
      `${" ".repeat(13 + this.width)} ${this.styled(this.out, "dim", `→ ${clipped(answer)}`)}\n`,
    );
  }

  private head(name: string, time: string): string {
    const shown = clipped(name, COLUMN).padEnd(this.width);
    return `${this.styled(this.out, "dim", time.slice(11, 23))} ${this.styled(this.out, "bold", shown)}`;
  }

  private styled(output: Output, style: Style, text: string): string {
    return this.colours && output.isTTY ? styleText(style, text, { validateStream: false }) : text;
  }
}

function clipped(text: string, length = 400): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}
