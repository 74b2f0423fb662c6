import type { TelemetryEvent } from "../core/telemetryEvent";
import type { FunctionDefinition } from "../function/definition";

interface PlatformRecord {
  requestId?: string;
  version?: string;
  status?: string;
  errorType?: string;
  phase?: string;
  name?: string;
  state?: string;
  events?: string[];
  types?: string[];
  runtimeVersion?: string;
  runtimeVersionArn?: string;
  metrics?: Record<string, number>;
}

const levels = ["DEBUG", "INFO", "WARN"];
/** The levels of the platform's lines with the JSON format; a failed phase is a warning in any line. */
const jsonLevels: Record<string, string> = {
  "platform.initStart": "INFO",
  "platform.initRuntimeDone": "DEBUG",
  "platform.initReport": "INFO",
  "platform.restoreStart": "INFO",
  "platform.restoreRuntimeDone": "DEBUG",
  "platform.restoreReport": "INFO",
  "platform.start": "INFO",
  "platform.runtimeDone": "DEBUG",
  "platform.report": "INFO",
  "platform.extension": "INFO",
  "platform.telemetrySubscription": "INFO",
  "platform.logsDropped": "WARN",
};

/** The log events that Lambda writes to CloudWatch Logs for a platform event. */
export function platformLines(
  event: TelemetryEvent,
  { logFormat, systemLogLevel = "INFO" }: Pick<FunctionDefinition, "logFormat" | "systemLogLevel">,
): string[] {
  const record = event.record as PlatformRecord;
  if (logFormat !== "JSON") return textLines(event.type, record);
  const failed = record.status !== undefined && record.status !== "success";
  const level = failed ? "WARN" : jsonLevels[event.type];
  if (level === undefined || levels.indexOf(level) < levels.indexOf(systemLogLevel)) return [];
  return [JSON.stringify(event)];
}

function textLines(type: string, record: PlatformRecord): string[] {
  switch (type) {
    case "platform.initStart":
      return startLine("INIT_START", record);
    case "platform.initReport":
      // With SnapStart, no invocation's report contains the duration of the initialization.
      return record.status === "success" && record.phase !== "snap-start" ? [] : [initReportLine(record)];
    case "platform.restoreStart":
      return startLine("RESTORE_START", record);
    case "platform.restoreReport":
      return [
        `RESTORE_REPORT Restore Duration: ${milliseconds(record.metrics?.durationMs ?? 0)}\t${ending(record)}\n`,
      ];
    case "platform.start":
      return [`START RequestId: ${record.requestId} Version: ${record.version}\n`];
    case "platform.report":
      return [`END RequestId: ${record.requestId}\n`, reportLine(record)];
    case "platform.extension":
      return [subscriberLine("EXTENSION", record, "Events", record.events)];
    case "platform.telemetrySubscription":
      return [subscriberLine("TELEMETRY", record, "Types", record.types?.map(capitalized))];
    default:
      return [];
  }
}

function startLine(kind: string, { runtimeVersion, runtimeVersionArn }: PlatformRecord): string[] {
  if (runtimeVersion === undefined) return [];
  return [`${kind} Runtime Version: ${runtimeVersion}\tRuntime Version ARN: ${runtimeVersionArn}\n`];
}

function subscriberLine(
  kind: string,
  { name, state }: PlatformRecord,
  of: string,
  list: string[] = [],
): string {
  return `${kind}\tName: ${name}\tState: ${state}\t${of}: [${list.join(", ")}]\n`;
}

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
const milliseconds = (value: number): string => `${value.toFixed(2)} ms`;

function ending({ status, errorType }: PlatformRecord): string {
  if (status === undefined || status === "success") return "";
  return `Status: ${status}\t${errorType === undefined ? "" : `Error Type: ${errorType}\t`}`;
}

function initReportLine(record: PlatformRecord): string {
  const duration = milliseconds(record.metrics?.durationMs ?? 0);
  return `INIT_REPORT Init Duration: ${duration}\tPhase: ${record.phase}\t${ending(record)}\n`;
}

function reportLine(record: PlatformRecord): string {
  const {
    durationMs = 0,
    billedDurationMs,
    memorySizeMB,
    maxMemoryUsedMB,
    initDurationMs,
    restoreDurationMs,
    billedRestoreDurationMs,
  } = record.metrics ?? {};
  const init = initDurationMs === undefined ? "" : `Init Duration: ${milliseconds(initDurationMs)}\t`;
  const restore =
    restoreDurationMs === undefined
      ? ""
      : `Restore Duration: ${milliseconds(restoreDurationMs)}\tBilled Restore Duration: ${billedRestoreDurationMs} ms\t`;
  return (
    `REPORT RequestId: ${record.requestId}\tDuration: ${milliseconds(durationMs)}\tBilled Duration: ${billedDurationMs} ms\t` +
    `Memory Size: ${memorySizeMB} MB\tMax Memory Used: ${maxMemoryUsedMB} MB\t${init}${restore}${ending(record)}\n`
  );
}
