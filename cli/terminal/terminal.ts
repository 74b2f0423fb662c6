import { createInterface } from "node:readline/promises";
import { styleText } from "node:util";

import { UsageError } from "../plan/usageError";

type Format = Parameters<typeof styleText>[0];

/** A stream to write to, which may be a terminal. */
export interface Output {
  write(text: string): unknown;
  isTTY?: boolean;
  /** Width of a terminal. */
  columns?: number;
  /** Height of a terminal. */
  rows?: number;
}

/** Where a command reads and writes: results go to `out`, everything else to `err`. */
export interface Terminal {
  out: Output;
  err: Output;
  input: NodeJS.ReadableStream & { isTTY?: boolean };
  environment: Readonly<Record<string, string | undefined>>;
}

/** The process's own streams. */
export function processTerminal(): Terminal {
  return { out: process.stdout, err: process.stderr, input: process.stdin, environment: process.env };
}

/** Text in a style, on a terminal that supports it (https://no-color.org). */
export function styled({ environment }: Terminal, output: Output, format: Format, text: string): string {
  const wanted = output.isTTY && !environment.NO_COLOR;
  return wanted ? styleText(format, text, { validateStream: false }) : text;
}

/** @throws UsageError if there is no terminal to ask. */
export function requireTerminal({ input }: Terminal): void {
  if (input.isTTY) return;
  throw new UsageError(
    "cannot ask for confirmation, since the input is not a terminal: pass --yes or --dry-run",
  );
}

/** Asks for confirmation; true only for yes. */
export async function confirmed({ input, err }: Terminal, question: string): Promise<boolean> {
  const reader = createInterface({ input, output: err as NodeJS.WritableStream });
  try {
    return /^y(es)?$/i.test((await reader.question(`${question} [y/N] `)).trim());
  } finally {
    reader.close();
  }
}
