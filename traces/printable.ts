import { stripVTControlCharacters } from "node:util";

/**
 * Characters that a terminal interprets instead of showing: C0 and C1 controls except tab and newline, and those that
 * change the direction of the text (https://trojansource.codes).
 */
const obeyed = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu;

/**
 * Makes untrusted text, such as a log line, safe for a terminal: removes escape sequences and everything else that
 * would colour, move, overwrite or reorder what is shown. Tabs and newlines stay.
 */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replaceAll(obeyed, (character) =>
    character === "\t" || character === "\n" ? character : "",
  );
}
