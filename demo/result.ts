import type { StoredLog, StoredSpan } from "../sandbox/clickhouse/telemetry";
import type { PlannedInvocation } from "./scenario";

/** One invocation that was made, next to what was planned. */
export interface MadeInvocation {
  functionName: string;
  planned: PlannedInvocation;
  requestId: string;
  status: string;
  durationMs: number;
  extensionOverheadMs: number;
}

/** Everything the demo saw. */
export interface DemoResult {
  layerVersionArns: Record<string, Record<string, string>>;
  functions: { name: string; runtime: string; service: string }[];
  invocations: MadeInvocation[];
  /** The rows of what the functions wrote, oldest first. */
  logs: StoredLog[];
  /** The spans of their invocations, oldest first. */
  spans: StoredSpan[];
  cloudWatchStreams: number;
  /** What the extension itself wrote to its log, in order. */
  extensionLog: string[];
  seconds: number;
}

/** The object that `--json` ends with. */
export interface DemoSummary {
  regions: number;
  layerVersions: number;
  functions: string[];
  invocations: number;
  linesWritten: number;
  logRows: number;
  invokeSpans: number;
  cloudWatchStreams: number;
  seconds: number;
}

/** Counts a result. */
export function summarize(result: DemoResult): DemoSummary {
  return {
    regions: Object.keys(result.layerVersionArns).length,
    layerVersions: Object.values(result.layerVersionArns).reduce(
      (sum, arns) => sum + Object.keys(arns).length,
      0,
    ),
    functions: result.functions.map(({ name }) => name),
    invocations: result.invocations.length,
    linesWritten: result.invocations.reduce((sum, { planned }) => sum + planned.linesWritten, 0),
    logRows: result.logs.length,
    invokeSpans: result.spans.length,
    cloudWatchStreams: result.cloudWatchStreams,
    seconds: result.seconds,
  };
}

/** Everything that is not as it should be, each in one sentence; empty when all is well. */
export function problems(result: DemoResult): string[] {
  const found: string[] = [];
  const { linesWritten, logRows, invocations, invokeSpans, cloudWatchStreams } = summarize(result);
  if (logRows !== linesWritten) {
    found.push(`The functions wrote ${linesWritten} log lines, but ClickHouse has ${logRows} rows of them.`);
  }
  if (invokeSpans !== invocations)
    found.push(`There were ${invocations} invocations, but ClickHouse has ${invokeSpans} invoke spans.`);
  for (const { functionName, requestId, planned, status } of result.invocations) {
    if (status !== planned.status) {
      found.push(
        `${functionName}, ${planned.payload.scenario} (${requestId}): ended with ${status}, expected ${planned.status}.`,
      );
    }
    const lines = result.logs.filter((log) => log.invocationId === requestId).length;
    if (lines !== planned.linesWritten) {
      found.push(
        `${functionName}, ${planned.payload.scenario} (${requestId}): wrote ${planned.linesWritten} lines, ${lines} arrived.`,
      );
    }
  }
  const spans = new Map(result.spans.map((span) => [span.spanId, span]));
  const adrift = result.logs.filter((log) => spans.get(log.spanId)?.traceId !== log.traceId).length;
  if (adrift > 0)
    found.push(
      `${adrift} log rows do not belong to a stored invoke span, so HyperDX would not draw them in a trace.`,
    );
  if (cloudWatchStreams > 0)
    found.push(`CloudWatch has ${cloudWatchStreams} log streams of functions that must write none.`);
  return found;
}
