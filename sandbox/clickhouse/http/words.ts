/** A bare word or a semicolon of a SQL text, outside quotes, comments and brackets. */
export interface Word {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const SKIPPED = new RegExp(
  [
    String.raw`\s+`,
    String.raw`--[^\n]*`,
    String.raw`/\*[\s\S]*?(?:\*/|$)`,
    ...["'", "`", '"'].map(
      (quote) => String.raw`${quote}[^${quote}\\]*(?:\\[\s\S][^${quote}\\]*)*(?:${quote}|$)`,
    ),
  ].join("|"),
  "y",
);
const WORD = /[A-Za-z_][A-Za-z0-9_.]*/y;

/** The words of a SQL text at its top level, in order, parsed as far as the caller reads them. */
export function* topLevelWords(sql: string): Generator<Word> {
  let depth = 0;
  for (let at = 0; at < sql.length; ) {
    const skipped = lengthAt(SKIPPED, sql, at);
    if (skipped > 0) {
      at += skipped;
      continue;
    }
    const character = sql[at] ?? "";
    if ("([{".includes(character)) depth++;
    if (")]}".includes(character)) depth--;
    const length = lengthAt(WORD, sql, at) || 1;
    const text = sql.slice(at, at + length);
    if (depth === 0 && (length > 1 || /[A-Za-z_;]/.test(text))) yield { text, start: at, end: at + length };
    at += length;
  }
}

function lengthAt(pattern: RegExp, text: string, at: number): number {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0].length ?? 0;
}
