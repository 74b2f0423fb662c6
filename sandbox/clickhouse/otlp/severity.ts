import type { ValueMap } from "./value";

/** A log record's severity; 0 and "" mean that it has none. */
export interface Severity {
  readonly number: number;
  readonly text: string;
}

const LEVELS: readonly { readonly text: string; readonly number: number; readonly pattern: RegExp }[] = [
  { text: "fatal", number: 21, pattern: /alert|crit|emerg|fatal/i },
  { text: "error", number: 17, pattern: /error|err/i },
  { text: "warn", number: 13, pattern: /warn|notice/i },
  { text: "info", number: 9, pattern: /info/i },
  { text: "debug", number: 5, pattern: /debug|dbug/i },
  { text: "trace", number: 1, pattern: /trace/i },
];
const INFO: Severity = { text: "info", number: 9 };

/** Attributes that may hold a severity, the first with text counts. */
const SEVERITY_ATTRIBUTES = ["level", "Level", "LEVEL", "severity", "Severity", "SEVERITY", "log.level"];
const KEYWORD = /\b(?:alert|crit|emerg|fatal|error|err|warn|notice|debug|dbug|trace)/i;
/** Number of leading bytes of the body in which a keyword counts. */
const SEARCHED_BYTES = 256;

/**
 * The severity that ClickStack's collector stores: the sender's if set, else that of an attribute, else that of the first
 * keyword in the body, else info. The text is in lower case.
 */
export function resolveSeverity(sent: Severity, attributes: ValueMap, body: string): Severity {
  const severity =
    sent.number !== 0 || sent.text !== "" ? sent : (fromAttributes(attributes) ?? fromBody(body));
  return { number: severity.number, text: severity.text.toLowerCase() };
}

function fromAttributes(attributes: ValueMap): Severity | undefined {
  for (const name of SEVERITY_ATTRIBUTES) {
    const text = attributes.get(name);
    if (typeof text !== "string" || text === "") continue;
    return { text, number: levelOf(text).number };
  }
  return undefined;
}

function fromBody(body: string): Severity {
  // One character per byte: the collector counts bytes, and keywords are ASCII.
  const start = Buffer.from(body.slice(0, SEARCHED_BYTES)).toString("latin1", 0, SEARCHED_BYTES);
  const keyword = KEYWORD.exec(start)?.[0];
  return keyword === undefined ? INFO : levelOf(keyword);
}

/** The collector tries one level after the other, so of several in a text the last in the list counts. */
function levelOf(text: string): Severity {
  return LEVELS.filter(({ pattern }) => pattern.test(text)).at(-1) ?? INFO;
}
