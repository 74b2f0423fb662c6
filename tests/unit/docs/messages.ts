import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as ts from "typescript";

const root = join(__dirname, "..", "..", "..");

/** A string of the sources that may be a message, with its location. */
export interface Found {
  file: string;
  line: number;
  text: string;
}

/** A normalized message, for comparing sources and page: values and spaces are ignored. */
export function normal(text: string): string {
  return text
    .replace(/\{[^{}]*\}|<[^<>]*>/g, "□")
    .replace(/\s+/g, " ")
    .replace(/□( ?□)+/g, "□")
    .trim();
}

/** Whether a string has enough words to be a separate message. */
export function isSentence(text: string): boolean {
  const words =
    normal(text)
      .replaceAll("□", "")
      .match(/[A-Za-z]{2,}/g) ?? [];
  return words.length >= 2 && /\s/.test(text.trim());
}

function files(folder: string, ending: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ending))
    .sort()
    .map((name) => join(folder, name));
}

const read = (file: string): string => readFileSync(join(root, file), "utf8");
const lineOf = (source: string, at: number): number => source.slice(0, at).split("\n").length;

/** The string literals of a Rust source, without comments, characters and the line breaks that Rust skips. */
export function rustStrings(source: string): { at: number; text: string }[] {
  const tokens =
    /\/\/[^\n]*|\/\*[\s\S]*?\*\/|(?<![\w"])b?r(#*)"([\s\S]*?)"\1|"((?:\\[\s\S]|[^"\\])*)"|'(?:\\[^']+|[^'\\])'/g;
  return [...source.matchAll(tokens)].flatMap(({ index, 2: raw, 3: plain }) => {
    const text = raw ?? plain?.replace(/\\\n\s*/g, "").replace(/\\(["\\])/g, "$1");
    return text === undefined ? [] : [{ at: index, text }];
  });
}

/** The strings of the extension's sources without tests. Reasons of lints are for readers of the code. */
export function extensionStrings(): Found[] {
  return files("runtime/src", ".rs")
    .filter((file) => !/(^|[_/])tests?\.rs$|testing|\/tests\//.test(file))
    .flatMap((file) => {
      const [source = ""] = read(file).split("#[cfg(test)]\nmod tests {");
      return rustStrings(source)
        .filter(({ at }) => !/\breason = $/.test(source.slice(0, at)))
        .map(({ at, text }) => ({ file, line: lineOf(source, at), text }));
    });
}

/** A string, a template or a sum of both; values are `{}`. */
function flat(node: ts.Node): string | undefined {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (ts.isTemplateExpression(node))
    return node.head.text + node.templateSpans.map(({ literal }) => `{}${literal.text}`).join("");
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    const [left, right] = [flat(node.left), flat(node.right)];
    return left === undefined || right === undefined ? undefined : left + right;
  }
  return undefined;
}

/** The strings of a TypeScript source; strings within a template's values are separate ones. */
export function typeScriptStrings(source: string): { at: number; text: string }[] {
  const file = ts.createSourceFile("source.ts", source, ts.ScriptTarget.Latest, true);
  const found: { at: number; text: string }[] = [];
  const visit = (node: ts.Node): void => {
    const text = flat(node);
    if (text !== undefined) found.push({ at: node.getStart(), text });
    if (text === undefined) ts.forEachChild(node, visit);
    else valuesWithin(node).forEach(visit);
  };
  visit(file);
  return found;
}

function valuesWithin(node: ts.Node): ts.Node[] {
  if (ts.isTemplateExpression(node)) return node.templateSpans.map(({ expression }) => expression);
  return ts.isBinaryExpression(node) ? [node.left, node.right].flatMap(valuesWithin) : [];
}

/** The strings of the package's sources. */
export function packageStrings(folders: readonly string[]): Found[] {
  return folders.flatMap((folder) =>
    files(folder, ".ts").flatMap((file) => {
      const source = read(file);
      return typeScriptStrings(source).map(({ at, text }) => ({ file, line: lineOf(source, at), text }));
    }),
  );
}

/** The messages that a page explains: code in headings, and in the first column of tables. */
export function explained(page: string): string[] {
  const places = page.split("\n").flatMap((line) => {
    if (line.startsWith("### ")) return [line.slice(4)];
    return line.startsWith("| `") ? [line.slice(2)] : [];
  });
  return places.flatMap((place) => {
    const [, , code] = /^(`+)(?!`)(.*?[^`])\1(?!`)/.exec(place) ?? [];
    return code === undefined ? [] : [code.trim()];
  });
}
