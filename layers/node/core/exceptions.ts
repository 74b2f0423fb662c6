import type { Attributes } from "./spanData";

/** An exception as attributes of an event, and as a short text. Anything can be thrown; reading it may also throw. */
export interface ExceptionReport {
  attributes: Attributes;
  type: string;
  message: string;
}

/** Attributes of OpenTelemetry's "Semantic conventions for exceptions on spans". */
export function exceptionReport(thrown: unknown): ExceptionReport {
  const type = read(() => typeName(thrown)) ?? "Error";
  const message = read(() => messageOf(thrown)) ?? "";
  const stack = read(() => (thrown as { stack?: unknown }).stack);
  return {
    type,
    message,
    attributes: {
      "exception.type": type,
      "exception.message": message,
      ...(typeof stack === "string" && stack !== "" ? { "exception.stacktrace": stack } : {}),
    },
  };
}

function read<T>(reading: () => T): T | undefined {
  try {
    return reading();
  } catch {
    return undefined;
  }
}

function typeName(thrown: unknown): string {
  if (typeof thrown !== "object" || thrown === null) return typeof thrown;
  const { code, name, constructor: made } = thrown as Record<string, unknown>;
  if (typeof name === "string" && name !== "" && name !== "Error") return name;
  const className = typeof made === "function" ? made.name : "";
  if (className !== "" && className !== "Object" && className !== "Error") return className;
  return typeof code === "string" && code !== "" ? code : "Error";
}

function messageOf(thrown: unknown): string {
  if (typeof thrown !== "object" || thrown === null) return String(thrown);
  const { message } = thrown as { message?: unknown };
  return typeof message === "string" ? message : String(thrown);
}
