import { readFileSync } from "node:fs";
import { join } from "node:path";

const root = join(__dirname, "..");

/** Where the formats of log lines are described. */
export const logsPagePath = join(root, "docs", "logs.md");

/** A record that the extension exports; `attributes` without those of the invocation. */
export interface ExportedLog {
  severity: string;
  body: string;
  timed?: boolean;
  traceId?: string;
  attributes?: Record<string, unknown>;
}

/** What a library writes, as records of the Telemetry API, and the exported result. */
export interface FormatCase {
  library: string;
  case: string;
  records: (string | Record<string, unknown>)[];
  logs: ExportedLog[];
}

interface FormatTables {
  levels: { severity: string; names: string[]; source: string }[];
  numbers: { source: string; from: [number, string][]; below: number }[];
  fields: { role: string; names: string[]; source: string }[];
  exact: { role: string; names: string[]; source: string }[];
}

const languages: [title: string, file: string][] = [
  ["Node.js", "nodejs"],
  ["Python", "python"],
  ["Java and Kotlin", "java"],
  [".NET", "dotnet"],
  ["Ruby", "ruby"],
  ["Go", "go"],
  ["Rust", "rust"],
  ["PHP", "php"],
  ["Other runtimes and formats", "others"],
];

const roles: [role: string, title: string][] = [
  ["Level", "level"],
  ["Message", "message"],
  ["Template", "message template, rendered if there is no message"],
  ["Time", "time"],
  ["RequestId", "request id"],
  ["RequestIdUnverified", "request id, if it is one of Lambda's"],
  ["TraceId", "trace id"],
  ["SpanId", "span id"],
  ["ErrorType", "an error's type"],
  ["ErrorMessage", "an error's message"],
  ["ErrorStack", "an error's stack trace"],
  ["Error", "an error: an object, a list, or its text"],
  ["Context", "an object with ids or an error in it"],
  ["Fields", "an object whose fields are the record's own"],
  ["Properties", "an object whose fields are the record's own"],
  ["Loguru", "an object whose fields are the record's own"],
];

/** The line after a case's own lines, to show where its record ends. */
const ordinary = "an ordinary line";

const intro = `# Log formats

<!-- Generated from runtime/log_formats.json and runtime/tests/fixtures/libraries by \`npm run docs\`; change it there. -->

The extension parses the lines of every runtime and logging library: the level becomes the severity, the message becomes
the body, an error becomes \`exception.type\`, \`exception.message\` and \`exception.stacktrace\` (\`exception.escaped\` if it
was not caught), ids assign the record to its trace, and every other field is an attribute with its own name and type.

- **JSON** is recognized in Lambda's JSON log format and in a line of text, after spaces, a byte order mark or a logger's
  time and level. It may be indented over many lines, also after other words. \`NaN\`, \`Infinity\`, C's \`nan\` and \`inf\`,
  a trailing comma and line breaks within strings are accepted. Without a message the body is the JSON itself.
- **Text** keeps the format of the user's own layout: its level and a time in RFC 3339 are read, and the body is the whole
  line. The prefix that Lambda's runtimes add is removed; so are colours.
- **A level is read where a layout has it**: after a time, in brackets, or as the first word in capitals. A word in a sentence
  (\`0 errors\`, \`sent INFO to\`, \`error_count=0\`) is not a level; a line without one has no severity.
- **A stack trace is one record**, whether it arrives in one event or in one for each line, by itself or below the line that
  a logger wrote. Without a level it is \`ERROR\`, or \`FATAL\` if the process does not survive it. A line that contains
  only an error and its message (\`OvenError: no heat\`) is \`ERROR\`, too, unless it says no more than \`LastError: none\`.

## Levels

A level may be in any case, with spaces or brackets around it, and as a number or a string.
`;

const cut = (text: string, length: number): string =>
  text.length > length ? `${text.slice(0, length - 1)}…` : text;

/** Text in code of a table's cell: one line, without control characters, with the cell's separator escaped. */
function code(text: string, length = 110): string {
  const line = text
    .replaceAll("\u001b", "␛")
    .replaceAll("\ufeff", "␟")
    .replaceAll("\t", "⇥")
    .replaceAll("\n", "⏎")
    .replaceAll("\r", "⏎");
  const shown = cut(line, length).replaceAll("|", "\\|");
  const ticks = shown.includes("`") ? "``" : "`";
  return shown === ""
    ? ""
    : `${ticks}${ticks.length > 1 ? " " : ""}${shown}${ticks.length > 1 ? " " : ""}${ticks}`;
}

function writtenLine(record: FormatCase["records"][number]): string {
  return typeof record === "string" ? record.replace(/\n$/, "") : JSON.stringify(record);
}

function written({ records }: FormatCase): string {
  const lines = records.map(writtenLine).filter((line) => line !== ordinary);
  const [first = ""] = lines;
  return lines.length > 1 ? `${code(first)} and ${lines.length - 1} more` : code(first);
}

function outcome(log: ExportedLog): string {
  const attributes = Object.entries(log.attributes ?? {}).map(([name, value]) => {
    const isShort = typeof value !== "object" && String(value).length <= 40 && !String(value).includes("\n");
    return isShort ? code(`${name}=${value}`) : code(name);
  });
  const severity = log.severity === "" ? "no severity" : `**${log.severity}**`;
  return [severity, code(log.body, 80), ...attributes].filter((part) => part !== "").join(" ");
}

function row(item: FormatCase): string {
  const logs = item.logs.filter((log) => log.body !== ordinary).map(outcome);
  return `| ${item.library} | ${item.case} | ${written(item)} | ${logs.join("<br>")} |`;
}

function readCases(file: string): FormatCase[] {
  const path = join(root, "runtime", "tests", "fixtures", "libraries", `${file}.json`);
  return JSON.parse(readFileSync(path, "utf8"));
}

function section([title, file]: [string, string]): string {
  const head = "| library | what | written | becomes |\n|---|---|---|---|";
  return `## ${title}\n\n${head}\n${readCases(file).map(row).join("\n")}\n`;
}

function levelTables({ levels, numbers }: FormatTables): string {
  const severities = [...new Set(levels.map(({ severity }) => severity))];
  const rows = severities.map((severity) => {
    const own = levels.filter((level) => level.severity === severity);
    return `| ${severity} | ${own.map(({ names, source }) => `${names.map((n) => code(n)).join(" ")} (${source})`).join("; ")} |`;
  });
  const scales = numbers.map(({ source, from, below }) => {
    const steps = from.map(([number, severity]) => `${number} ${severity}`).join(", ");
    return `| ${source} | ${steps}; below ${below} |`;
  });
  const names = `| severity | names |\n|---|---|\n${rows.join("\n")}`;
  return `${names}\n\n| numbers of | from |\n|---|---|\n${scales.join("\n")}\n`;
}

function fieldTable({ fields, exact }: FormatTables): string {
  const all = [...fields, ...exact];
  const rows = roles.map(([role, title]) => {
    const own = all.filter((field) => field.role === role);
    return `| ${title} | ${own.map(({ names, source }) => `${names.map((n) => code(n)).join(" ")} (${source})`).join("; ")} |`;
  });
  const about =
    "A field's name may be in any case, with `.`, `_` or `-` between its words and `@` before it: `loglevel` stands for `log.level`, `LogLevel` and `log_level`. If a record has several messages, the first one in this list is used; of other fields, the first one in the record. The rest stay attributes.";
  return `## Fields of JSON and logfmt\n\n${about}\n\n| meaning | names |\n|---|---|\n${rows.join("\n")}\n`;
}

/** Generates the text of docs/logs.md. */
export function makeLogsPage(): string {
  const tables: FormatTables = JSON.parse(readFileSync(join(root, "runtime", "log_formats.json"), "utf8"));
  const about =
    "The inputs of the extension's tests: `⏎` is a line break within an event, `⇥` a tab, `␛` the escape character before a colour, `$ID` the invocation's request id. Stack traces are shortened here.";
  return [
    `${intro}\n${levelTables(tables)}`,
    fieldTable(tables),
    `# What each library's lines become\n\n${about}\n`,
    ...languages.map(section),
  ].join("\n");
}
