import { type Finding, findSecrets, type Marks } from "./secretForms";

/** A secret and its location. */
export interface PlacedFinding extends Finding {
  /** The output or file, such as `up stderr` or `history`. */
  source: string;
  /** Its place therein: the path of a property, or the line of Pulumi's code that logged it. */
  place: string;
}

/**
 * The places of secrets in the output and files of a stack's commands.
 * @param texts all outputs and files, by source.
 */
export function findPlaces(texts: Readonly<Record<string, string>>, marks: Marks): PlacedFinding[] {
  const found = Object.entries(texts).flatMap(([source, text]) =>
    findSecrets(text, marks).length === 0
      ? []
      : partsOf(text).flatMap(({ place, part }) =>
          findSecrets(part, marks).map((finding) => ({ source, place, ...finding })),
        ),
  );
  return [...new Map(found.map((finding) => [JSON.stringify(finding), finding])).values()];
}

/**
 * Whether plain resources show the same: in the engine's log, any secret in the same line of Pulumi's code; elsewhere, the same
 * secret in the same property.
 */
export function isShownBy(plain: readonly PlacedFinding[], finding: PlacedFinding): boolean {
  return plain.some(
    ({ source, place, secret }) =>
      source === finding.source &&
      place === finding.place &&
      (secret === finding.secret || isLogLine(finding.place)),
  );
}

interface Part {
  place: string;
  part: string;
}

function partsOf(text: string): Part[] {
  if (logEntry.test(text)) return logParts(text);
  const documents = [text, ...text.split("\n")].map(parsed).filter((document) => document !== undefined);
  const [whole, ...lines] = documents;
  if (whole === undefined) return text.split("\n").map((part) => ({ place: "", part }));
  return parsed(text) === undefined
    ? [whole, ...lines].flatMap((line) => jsonParts(line, []))
    : jsonParts(whole, []);
}

function parsed(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** `I1129 12:34:56.789012   123 file.go:85] message`, as the engine logs. */
const logEntry = /^[IWEF]\d{4} [\d:.]+ +\d+ (\S+\.go:\d+)\] ((?:[A-Za-z]+ ?){0,4})/m;

/** The engine's log, each entry with its continuation lines, by the code that writes it. */
function logParts(text: string): Part[] {
  return text.split(/^(?=[IWEF]\d{4} [\d:.]+ +\d+ )/m).map((part) => {
    const [, code, message] = logEntry.exec(part) ?? [];
    return { place: code === undefined ? "" : `${code} ${message}`, part };
  });
}

/** The engine's log, and the debug lines of programs, which are among its events. */
function isLogLine(place: string): boolean {
  return /^(\S+\.go:\d+|debug:) /.test(place);
}

/** Names and values, by the last two names of their path; the beginning differs between resources. */
function jsonParts(value: unknown, path: readonly string[]): Part[] {
  const place = path.slice(-2).join(".");
  if (typeof value !== "object" || value === null) return [{ place, part: String(value) }];
  if (Array.isArray(value)) return value.flatMap((item) => jsonParts(item, path));
  const { severity, message } = value as { severity?: unknown; message?: unknown };
  if (severity === "debug") {
    const [words = ""] = /^(?:[A-Za-z]+ ?){0,4}/.exec(String(message)) ?? [];
    return [{ place: `debug: ${words}`, part: String(message) }];
  }
  return Object.entries(value).flatMap(([name, item]) => [
    { place, part: name },
    ...jsonParts(item, [...path, name]),
  ]);
}
