/** A sign that a function's telemetry has problems. */
export interface TelemetryProblem {
  /** The message of the extension or of Lambda. */
  text: string;
  /** The number of occurrences. */
  count: number;
}

/** What is known about a function's last day. */
export interface LastDay {
  /** Messages of its log group that name the extension; absent if they cannot be read. */
  messages?: readonly string[];
  /** Absent if not known. */
  invocations?: number;
  /** Whether ClickHouse has log records or spans of it; absent if it is not queried. */
  hasRows?: boolean;
  /** Losses according to the extension's own records in ClickHouse. */
  losses?: readonly string[];
}

/** Maximum number of problems shown for one function. */
const shown = 3;

const textLine = /^clickstack-extension: (?:WARN|ERROR) (.*)$/;
const crashLine = /^EXTENSION\tName: (?:clickstack|rotel)-extension\S*\tState: (\w+)\t.*\bError Type: (\S+)/;

/** The problems of a function's last day, the most frequent first. */
export function problemsOf({
  messages = [],
  invocations,
  hasRows,
  losses = [],
}: LastDay): TelemetryProblem[] {
  const counts = new Map<string, number>();
  for (const text of [...messages.flatMap(problemIn), ...losses])
    counts.set(text, (counts.get(text) ?? 0) + 1);
  const counted = [...counts]
    .map(([text, count]): TelemetryProblem => ({ text, count }))
    .sort((one, other) => other.count - one.count)
    .slice(0, shown);
  const isSilent = hasRows === false && invocations !== undefined && invocations > 0;
  return isSilent
    ? [{ text: "it was invoked, and ClickHouse has no rows of it", count: invocations }, ...counted]
    : counted;
}

/** The extension's problems in a log event. */
function problemIn(message: string): string[] {
  const text = message.trim();
  const warning = textLine.exec(text)?.[1];
  if (warning !== undefined) return [warning];
  const crash = crashLine.exec(text);
  if (crash !== null) return [`Lambda reports ${crash[2]} of the extension (${crash[1]})`];
  return text.startsWith("{") ? jsonProblem(text) : [];
}

function jsonProblem(text: string): string[] {
  try {
    const line = JSON.parse(text) as { level?: string; logger?: string; message?: string } & {
      type?: string;
      record?: { name?: string; state?: string; errorType?: string };
    };
    const { level = "", logger, message, type, record } = line;
    if (logger === "clickstack-extension" && /^(WARN|ERROR)$/.test(level)) return message ? [message] : [];
    if (
      type !== "platform.extension" ||
      !record?.errorType ||
      !/^(clickstack|rotel)-/.test(record.name ?? "")
    )
      return [];
    return [`Lambda reports ${record.errorType} of the extension (${record.state})`];
  } catch {
    return [];
  }
}
