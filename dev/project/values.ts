/** A value that is a map in JSON or YAML; an empty map for everything else. */
export function mapOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}

/** A value that is a list; an empty list for everything else. */
export function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** A value that is a string; undefined for everything else. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** A number, also if it is written as a string; `otherwise` for everything else. */
export function numberOf(value: unknown, otherwise: number): number {
  const number = typeof value === "string" && value.trim() !== "" ? Number(value) : value;
  return typeof number === "number" && Number.isFinite(number) ? number : otherwise;
}

/** Numbers and booleans of environment variables are strings for a process. */
export function variableOf(value: unknown): string | undefined {
  return ["string", "number", "boolean"].includes(typeof value) ? String(value) : undefined;
}

/** A log format that the sandbox accepts; undefined for everything else. */
export function logFormatOf(value: unknown): "Text" | "JSON" | undefined {
  return value === "Text" || value === "JSON" ? value : undefined;
}

/** The name in the URL or ARN of a queue, topic or bus. */
export function lastPart(given: string): string {
  return given.split(/[/:]/).at(-1) ?? given;
}
