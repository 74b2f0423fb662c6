import type { Problem } from "../problem";
import { holdsReference } from "./references";

/** An entry of a list: a pair, or a reference to a secret that contains a list, which has no key. */
export interface ListEntry {
  key?: string;
  value: string;
}

/**
 * The pairs of a list `key=value,key=value`, parsed as by the extension: the first `=` separates; a value, an entry or
 * the whole list may be in double quotes, in which `\"` and `\\` are a quote and a backslash; commas inside quotes and
 * inside `${…}` separate nothing.
 * @returns the entries in order. Entries without `=` or without a key, with an unclosed quote, or with `secret://`
 * instead of `${…}` are ignored, as the extension does with a warning.
 */
export function keyValuePairs(list: string): ListEntry[] {
  const text = list.trim();
  return split(unquoted(text) ?? text)
    .filter((entry) => entry !== "")
    .flatMap((entry) => pairOf(entry) ?? (holdsReference(entry) ? { value: entry } : []));
}

function pairOf(entry: string): ListEntry | undefined {
  const quoted = unquoted(entry);
  const text = quoted ?? entry;
  const equals = hidden(text).indexOf("=");
  if (equals < 0) return undefined;
  const key = text.slice(0, equals).trim();
  const value = text.slice(equals + 1).trim();
  if (key === "" || value.includes("secret://arn:")) return undefined;
  const inner = unquoted(value);
  if (inner === undefined && value.startsWith('"') && quoted === undefined) return undefined;
  return { key, value: inner ?? value };
}

/**
 * Splits at commas outside quotes and `${…}`; a quote has a meaning only at the beginning of an entry or of a value.
 */
function split(list: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let within: "" | "quotes" | "reference" = "";
  let atStart = true;
  for (let index = 0; index < list.length; index += 1) {
    const character = list[index];
    if (within === "quotes") {
      if (character === "\\") index += 1;
      else if (character === '"') within = "";
      atStart = false;
    } else if (within === "reference") {
      if (character === "}") within = "";
      atStart = false;
    } else if (character === ",") {
      parts.push(list.slice(start, index).trim());
      start = index + 1;
      atStart = true;
    } else {
      if (character === '"' && atStart) within = "quotes";
      if (character === "{" && list[index - 1] === "$") within = "reference";
      if (character !== " " && character !== "\t") atStart = character === "=";
    }
  }
  return [...parts, list.slice(start).trim()];
}

/** The text with the content of `${…}` masked, so that nothing in it separates. */
function hidden(text: string): string {
  return text.replace(/\$\{[^}]*(\}|$)/g, (reference) => "$".repeat(reference.length));
}

/** The content of the quotes, if the whole text is one quoted string. */
function unquoted(text: string): string | undefined {
  const [, inner] = /^"((?:\\.|[^"\\])*)"$/s.exec(text) ?? [];
  return inner?.replace(/\\(["\\])/g, "$1");
}

/**
 * Writes a list of `key=value` pairs in the given order. A value that would be ambiguous in the list is put in double
 * quotes, in which `\"` and `\\` are a quote and a backslash.
 */
export function keyValueList(pairs: Readonly<Record<string, string>>): string {
  return Object.entries(pairs)
    .map(([key, value]) => `${key}=${needsQuotes.test(value) ? inQuotes(value) : value}`)
    .join(",");
}

/**
 * Values that would be parsed differently: with a comma, a significant quote, surrounding white space, an unclosed
 * brace.
 */
const needsQuotes = /,|^["\s]|\s$|=\s*"|\$\{[^}]*$/;

/** Problems of `key=value` pairs that a list cannot represent. */
export function checkPairs(pairs: Readonly<Record<string, unknown>>, path: string): Problem[] {
  return Object.entries(pairs).flatMap(([key, value]): Problem[] => {
    const propertyPath = `${path}["${key}"]`;
    if (!/^[^\s=,"]+$/.test(key)) {
      return [{ propertyPath, reason: "a name must not be empty or contain spaces, commas, quotes or =" }];
    }
    return typeof value === "string" && /[\r\n]/.test(value)
      ? [{ propertyPath, reason: "a value must not contain a line break" }]
      : [];
  });
}

function inQuotes(value: string): string {
  return `"${value.replace(/["\\]/g, (character) => `\\${character}`)}"`;
}
