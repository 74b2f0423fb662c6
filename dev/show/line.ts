import type { TelemetryEvent } from "../../sandbox";
import { printable } from "../../traces/printable";

/** A log line in readable form. */
export interface ShownLine {
  level: "trace" | "debug" | "info" | "warn" | "error" | "fatal";
  text: string;
}

const levels: Readonly<Record<string, ShownLine["level"]>> = {
  TRACE: "trace",
  DEBUG: "debug",
  INFO: "info",
  WARN: "warn",
  WARNING: "warn",
  ERROR: "error",
  FATAL: "fatal",
  CRITICAL: "fatal",
};

/** `<time>\t<request id>\t<LEVEL>\t<message>`, as Node.js's runtime writes it. */
const nodeLine = /^\S+Z\t[^\t]*\t([A-Z]+)\t([\s\S]*)$/;
/** `[LEVEL]\t<time>\t<request id>\t<message>`, as Python's logging writes it. */
const pythonLine = /^\[([A-Z]+)\]\t\S+Z\t[^\t]*\t([\s\S]*)$/;
/** `[ERROR] <type>: <message>`, as Python's runtime writes a handler's exception. */
const pythonError = /^\[(ERROR|WARNING)\] ([\s\S]*)$/;

/** The line of an event that a function wrote; undefined for lines of the platform and of extensions. */
export function lineOf({ type, record }: TelemetryEvent): ShownLine | undefined {
  if (type !== "function") return undefined;
  if (typeof record !== "string") return objectLine(record);
  for (const pattern of [nodeLine, pythonLine, pythonError]) {
    const [, level = "", text = ""] = pattern.exec(record) ?? [];
    if (level !== "") return { level: levels[level] ?? "info", text: plain(withStack(text)) };
  }
  if (record.startsWith("{")) {
    const object = parsed(record);
    if (object !== undefined) return objectLine(object);
  }
  return { level: "info", text: plain(record) };
}

/** `Invoke Error \t{…}`, as Node.js's runtime reports an error, as its stack. */
function withStack(text: string): string {
  const [, title = "", report = ""] = /^([A-Z][A-Za-z ]+?) ?\t(\{[\s\S]*\})\s*$/.exec(text) ?? [];
  const stack = parsed(report)?.stack;
  return Array.isArray(stack) ? `${title}: ${stack.join("\n")}` : text;
}

function objectLine(record: Record<string, unknown>): ShownLine {
  const { level, message, msg, timestamp: _timestamp, requestId: _requestId, ...others } = record;
  const own = message ?? msg;
  const text =
    own === undefined ? JSON.stringify(others) : typeof own === "string" ? own : JSON.stringify(own);
  return { level: levels[String(level ?? "").toUpperCase()] ?? "info", text: plain(text) };
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}

/** Without the last newline, and without control sequences for the terminal. */
function plain(text: string): string {
  return printable(text.replace(/\r?\n$/, ""));
}
