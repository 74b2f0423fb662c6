/** A log event of CloudWatch Logs. */
export interface StoredEvent {
  /** Milliseconds since 1970. */
  timestamp: number;
  message: string;
}

/** An event as delivered to extensions by the Telemetry API. */
export interface TelemetryEvent {
  /** RFC 3339. */
  time: string;
  type: string;
  record: unknown;
}

/** The content of a REPORT line, and of other lines about the same invocation. */
interface Ending {
  status: string;
  errorType?: string;
  metrics: Record<string, number>;
  /** As in the header `X-Amzn-Trace-Id`. */
  trace?: string;
}

const startLine = /^START RequestId: (\S+) Version: (\S+)\s*$/;
const endLine = /^END RequestId: \S+\s*$/;
const reportLine = /^REPORT RequestId: (\S+)\t/;
const timeoutLine = /^\S+ (\S+) Task timed out after [\d.]+ seconds\s*$/;
const exitLine = /^RequestId: (\S+) Error: [^\n]*\n(Runtime\.\w+)\s*$/;
const phaseStart = /^(INIT|RESTORE)_START Runtime Version: ([^\t]*)\tRuntime Version ARN: (\S*)/;
const phaseReport = /^(INIT|RESTORE)_REPORT (?:Init|Restore) Duration: /;
/** Lambda's lines about extensions; the Telemetry API's corresponding events are not used. */
const subscriberLine = /^(?:EXTENSION|TELEMETRY|LOGS)\tName: [^\t]+\tState: /;
/** Lines of the extension itself, which it also recognises when Lambda delivers them. */
const ownLine = /^clickstack-extension: (?:INFO|WARN|ERROR) |"logger":"clickstack-extension"/;

/** Names of durations and sizes in Lambda's lines, and in its events. */
const metricNames: Readonly<Record<string, string>> = {
  Duration: "durationMs",
  "Billed Duration": "billedDurationMs",
  "Memory Size": "memorySizeMB",
  "Max Memory Used": "maxMemoryUsedMB",
  "Init Duration": "initDurationMs",
  "Restore Duration": "restoreDurationMs",
  "Billed Restore Duration": "billedRestoreDurationMs",
};

/**
 * The events that the Telemetry API would have delivered for the lines of a log stream: the inverse of what Lambda
 * writes to CloudWatch Logs for its events (AWS Lambda developer guide, "Lambda Telemetry API Event schema reference").
 * @param events in the stream's order.
 */
export function telemetryOfStream(events: readonly StoredEvent[]): TelemetryEvent[] {
  const endings = endingsOf(events);
  const isJson = events.some(({ message }) => platformEvent(message) !== undefined);
  const telemetry: TelemetryEvent[] = [];
  for (const event of events) telemetry.push(...eventsOf(event, endings, isJson));
  return withInitReports(telemetry);
}

/** The request id of the invocation that ends with this event, after which no more lines belong to it. */
export function endedInvocation({ message }: StoredEvent): string | undefined {
  return reportLine.exec(message)?.[1] ?? requestIdOf(message, "platform.report");
}

/** The request id of the invocation that begins with this event. */
export function startedInvocation({ message }: StoredEvent): string | undefined {
  return startLine.exec(message)?.[1] ?? requestIdOf(message, "platform.start");
}

/** The start of the invocation that is still running after these events. @param before the one that ran before them */
export function runningAfter(
  events: readonly StoredEvent[],
  before: StoredEvent | undefined,
): StoredEvent | undefined {
  let running = before;
  for (const event of events) {
    if (startedInvocation(event) !== undefined) running = event;
    else if (endedInvocation(event) !== undefined) running = undefined;
  }
  return running;
}

/** Whether the function wrote it, and not Lambda. */
export function isFunctionLine(event: StoredEvent): boolean {
  return telemetryOfStream([event]).some(({ type }) => type === "function");
}

function requestIdOf(message: string, type: string): string | undefined {
  const event = platformEvent(message);
  return event?.type === type ? (event.record as { requestId?: string }).requestId : undefined;
}

/**
 * Whether the extension, or Rotel's, ran in the environment that wrote these lines: then it has sent them. Lambda lists
 * the extensions of an environment in its first lines, unless its system log level is WARN.
 */
export function hasExtension(events: readonly StoredEvent[]): boolean {
  return events.some(({ message }) => {
    const [, name = "", state] = /^EXTENSION\tName: ([^\t]+)\tState: (\w+)/.exec(message) ?? [];
    if (state !== undefined) return isOwnName(name) && state === "Ready";
    const event = platformEvent(message);
    if (event?.type !== "platform.extension") return false;
    const record = event.record as { name?: string; state?: string };
    return isOwnName(record.name ?? "") && record.state === "Ready";
  });
}

function isOwnName(name: string): boolean {
  return /^(?:clickstack|rotel)-extension/.test(name);
}

function eventsOf(
  { timestamp, message }: StoredEvent,
  endings: ReadonlyMap<string, Ending>,
  isJson: boolean,
): TelemetryEvent[] {
  const time = new Date(timestamp).toISOString();
  const event = (type: string, record: unknown) => [{ time, type, record }];
  const known = isJson ? platformEvent(message) : undefined;
  if (known !== undefined) return [known];
  const start = startLine.exec(message);
  if (start !== null) {
    const [, requestId = "", version] = start;
    const trace = endings.get(requestId)?.trace;
    const tracing = trace === undefined ? {} : { tracing: { type: "X-Amzn-Trace-Id", value: trace } };
    return event("platform.start", { requestId, version, ...tracing });
  }
  const report = reportLine.exec(message);
  if (report !== null) {
    const [, requestId = ""] = report;
    const { status, errorType, metrics } = endings.get(requestId) ?? endingOf(message);
    return event("platform.report", { requestId, status, ...(errorType && { errorType }), metrics });
  }
  const phase = phaseStart.exec(message);
  if (phase !== null) {
    const [, name = "", runtimeVersion, runtimeVersionArn] = phase;
    const record = { initializationType: "on-demand", phase: "init", runtimeVersion, runtimeVersionArn };
    return event(`platform.${name.toLowerCase()}Start`, record);
  }
  const phaseEnd = phaseReport.exec(message);
  if (phaseEnd !== null) return event(`platform.${phaseEnd[1]?.toLowerCase()}Report`, phaseRecord(message));
  const isLambdas = [endLine, timeoutLine, exitLine, subscriberLine].some((line) => line.test(message));
  if (isLambdas || ownLine.test(message)) return [];
  return event("function", isJson ? (objectOf(message) ?? message) : message);
}

/** What is known about each invocation's end, from all lines about it. */
function endingsOf(events: readonly StoredEvent[]): Map<string, Ending> {
  const endings = new Map<string, Ending>();
  const failures = new Map<string, Pick<Ending, "status" | "errorType">>();
  for (const { message } of events) {
    const report = reportLine.exec(message);
    if (report?.[1] !== undefined) endings.set(report[1], endingOf(message));
    const timeout = timeoutLine.exec(message);
    if (timeout?.[1] !== undefined) failures.set(timeout[1], { status: "timeout" });
    const exit = exitLine.exec(message);
    if (exit?.[1] !== undefined) failures.set(exit[1], { status: "error", errorType: exit[2] });
  }
  // Before 2023, reports did not contain the status.
  for (const [requestId, failure] of failures) {
    const ending = endings.get(requestId);
    if (ending?.status === "success") Object.assign(ending, failure);
  }
  return endings;
}

function endingOf(report: string): Ending {
  const fields = fieldsOf(report);
  const errorType = fields["Error Type"];
  const { "XRAY TraceId": root, SegmentId: parent, Sampled: sampled } = fields;
  return {
    status: fields.Status ?? "success",
    ...(errorType !== undefined && { errorType }),
    metrics: metricsOf(fields),
    ...(root !== undefined && {
      trace: `Root=${root};Parent=${parent ?? ""};Sampled=${sampled === "true" ? 1 : 0}`,
    }),
  };
}

function phaseRecord(report: string): Record<string, unknown> {
  const fields = fieldsOf(report.replace(/^(?:INIT|RESTORE)_REPORT (?:Init|Restore) /, ""));
  const { Phase: phase = "init", Status: status = "success", "Error Type": errorType } = fields;
  const metrics = metricsOf(fields);
  return {
    initializationType: "on-demand",
    phase,
    status,
    ...(errorType !== undefined && { errorType }),
    metrics,
  };
}

/** Fields of a line that Lambda writes, as `name: value` with tabs between them. */
function fieldsOf(line: string): Record<string, string> {
  const fields = line.split(/[\t\n]/).map((part): [string, string] => {
    const [name = "", ...value] = part.split(": ");
    return [name, value.join(": ").trim()];
  });
  return Object.fromEntries(fields.filter(([name]) => name !== ""));
}

function metricsOf(fields: Readonly<Record<string, string>>): Record<string, number> {
  const known = Object.entries(fields).flatMap(([name, value]): [string, number][] => {
    const metric = metricNames[name];
    const number = Number.parseFloat(value);
    return metric === undefined || Number.isNaN(number) ? [] : [[metric, number]];
  });
  return Object.fromEntries(known);
}

/** Lambda writes no line when an init phase succeeds: the report of the first invocation contains its duration. */
function withInitReports(telemetry: readonly TelemetryEvent[]): TelemetryEvent[] {
  const result: TelemetryEvent[] = [];
  let began: { time: string; index: number; isOver: boolean } | undefined;
  for (const event of telemetry) {
    const { initDurationMs } = metricsIn(event);
    if (event.type === "platform.initReport") began = undefined;
    if (began !== undefined && event.type === "platform.report") {
      if (initDurationMs !== undefined) result.splice(began.index, 0, initReport(began.time, initDurationMs));
      began = undefined;
    }
    result.push(event);
    if (event.type === "platform.initStart")
      began = { time: event.time, index: result.length, isOver: false };
    if (began === undefined) continue;
    if (event.type === "platform.start") began.isOver = true;
    // Lines of the init phase belong before its end.
    if (!began.isOver) began.index = result.length;
  }
  return result;
}

function metricsIn({ record }: TelemetryEvent): { initDurationMs?: number } {
  return (record as { metrics?: { initDurationMs?: number } } | null)?.metrics ?? {};
}

function initReport(start: string, durationMs: number): TelemetryEvent {
  return {
    time: new Date(Date.parse(start) + durationMs).toISOString(),
    type: "platform.initReport",
    record: { initializationType: "on-demand", phase: "init", status: "success", metrics: { durationMs } },
  };
}

/** An event of the platform, in the form of the JSON log format. */
function platformEvent(message: string): TelemetryEvent | undefined {
  if (!message.startsWith("{") || !message.includes('"platform.')) return undefined;
  const event = objectOf(message) as Partial<TelemetryEvent> | undefined;
  const { time, type, record } = event ?? {};
  const isPlatforms =
    typeof time === "string" && typeof type === "string" && /^platform\.\w+$/.test(type) && record;
  return isPlatforms ? { time, type, record } : undefined;
}

function objectOf(message: string): object | undefined {
  if (!message.startsWith("{")) return undefined;
  try {
    return JSON.parse(message) as object;
  } catch {
    return undefined;
  }
}
