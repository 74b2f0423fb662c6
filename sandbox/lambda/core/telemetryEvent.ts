/** One event of the Telemetry API, as Lambda delivers it. */
export interface TelemetryEvent {
  /** ISO 8601 in UTC, with milliseconds. */
  time: string;
  type: string;
  /** A log line is a string, or an object with the JSON log format; a platform event is an object. */
  record: string | Record<string, unknown>;
}

/** What a subscription can select. */
export type TelemetryCategory = "platform" | "function" | "extension";

export const telemetryCategories: readonly TelemetryCategory[] = ["platform", "function", "extension"];

/** The schema versions that a subscription can request. */
export const schemaVersions = ["2022-07-01", "2022-12-13", "2025-01-29"] as const;
export type SchemaVersion = (typeof schemaVersions)[number];

/** The phase that an initialization belongs to: `invoke` when it was repeated inside an invocation, `snap-start` before a snapshot. */
export type InitPhase = "init" | "invoke" | "snap-start";

/** How an initialization or an invocation ended. */
export type PhaseStatus = "success" | "error" | "failure" | "timeout";

export interface Tracing {
  type: "X-Amzn-Trace-Id";
  value: string;
  spanId?: string;
}

export function categoryOf(event: TelemetryEvent): TelemetryCategory {
  return event.type === "function" || event.type === "extension" ? event.type : "platform";
}

/** The event's JSON in the version that the subscriber requested. */
export function serializeEvent(event: TelemetryEvent, version: SchemaVersion): string {
  // The first version supports log lines only as text.
  if (version === "2022-07-01" && categoryOf(event) !== "platform" && typeof event.record !== "string") {
    return JSON.stringify({ ...event, record: JSON.stringify(event.record) });
  }
  return JSON.stringify(event);
}

/**
 * A log line as event. With the JSON log format, a line that is a JSON object is delivered as that object.
 * @param text the line as it was written, with its newline if it had one.
 * @param time in milliseconds since 1970.
 */
export function logEvent(
  category: "function" | "extension",
  text: string,
  { time, json }: { time: number; json: boolean },
): TelemetryEvent {
  return {
    time: new Date(time).toISOString(),
    type: category,
    record: (json ? parseObject(text) : undefined) ?? text,
  };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  if (!text.startsWith("{")) return undefined;
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined; // a line that only begins like an object
  }
}
