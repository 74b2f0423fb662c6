import { stripVTControlCharacters } from "node:util";

/**
 * Characters that a terminal obeys in place of showing: C0 and C1 controls but for tab and newline, and those that turn the
 * direction of the text around (https://trojansource.codes).
 */
const obeyed = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Text of others, such as a log line, to be written to a terminal: without escape sequences and whatever else would colour,
 * move, overwrite or reorder what is there. Tabs and newlines stay.
 */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replaceAll(obeyed, (character) =>
    character === "\t" || character === "\n" ? character : "",
  );
}
