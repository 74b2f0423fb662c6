import type { StoredLog, StoredSpan } from "../sandbox/clickhouse/telemetry";
import { summarizeTrace, type TraceSummary, type TraceTree } from "../traces/tree";
import type { KeptClickHouse } from "./hyperDx";
import type { PlannedInvocation } from "./scenario";

/** One invocation's result, with its plan. */
export interface MadeInvocation {
  functionName: string;
  planned: PlannedInvocation;
  requestId: string;
  status: string;
  durationMs: number;
  extensionOverheadMs: number;
}

/** All results of the demo. */
export interface DemoResult {
  layerVersionArns: Record<string, Record<string, string>>;
  functions: { name: string; runtime: string; service: string }[];
  invocations: MadeInvocation[];
  /** The rows of what the functions wrote, oldest first. */
  logs: StoredLog[];
  /** The spans of their invocations, oldest first. */
  spans: StoredSpan[];
  /** One request through the functions of examples/distributed; absent with a fault. */
  trace?: TraceTree;
  /** Lines of these functions that are in another trace. */
  strayLines?: number;
  cloudWatchStreams: number;
  /** What the extension itself wrote to its log, in order. */
  extensionLog: string[];
  /** Address of the page that is being served, if one is. */
  page?: string;
  /** Where the rows are. */
  clickhouse: KeptClickHouse;
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
  trace?: TraceSummary;
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
    ...(result.trace && { trace: summarizeTrace(result.trace) }),
    seconds: result.seconds,
  };
}

/** Everything that is not as expected, each in one sentence; empty if there is none. */
export function problems(result: DemoResult): string[] {
  const found: string[] = [];
  const { linesWritten, logRows, invocations, invokeSpans, cloudWatchStreams, trace } = summarize(result);
  if (logRows !== linesWritten) {
    found.push(`The functions wrote ${linesWritten} log lines, but ClickHouse has ${logRows} rows of them.`);
  }
  if (invokeSpans !== invocations)
    found.push(`There were ${invocations} invocations, but ClickHouse has ${invokeSpans} invoke spans.`);
  const odd = result.invocations.flatMap((invocation) => oddities(invocation, result.logs));
  found.push(...odd.slice(0, oddShown));
  if (odd.length > oddShown) found.push(`… and ${odd.length - oddShown} more of that kind.`);
  const spans = new Map(result.spans.map((span) => [span.spanId, span]));
  const adrift = result.logs.filter((log) => spans.get(log.spanId)?.traceId !== log.traceId).length;
  if (adrift > 0)
    found.push(
      `${adrift} log rows do not belong to a stored invoke span, so HyperDX would not draw them in a trace.`,
    );
  if (cloudWatchStreams > 0)
    found.push(`CloudWatch has ${cloudWatchStreams} log streams of functions that must write none.`);
  return [...found, ...traceProblems(trace, result.strayLines)];
}

/** Whether a request through three functions is one tree, with all of its lines. */
function traceProblems(trace: TraceSummary | undefined, strayLines = 0): string[] {
  if (trace === undefined) return [];
  const { functions, roots, orphans } = trace;
  return [
    ...(functions === 3
      ? []
      : [`The trace of the request through three functions has spans of ${functions}.`]),
    ...(roots === 1 ? [] : [`The trace of the request through three functions has ${roots} roots.`]),
    ...(orphans === 0 ? [] : [`${orphans} spans or lines of that trace are below no stored span.`]),
    ...(strayLines === 0 ? [] : [`${strayLines} lines of these functions are in another trace.`]),
  ];
}

/**
 * The maximum number of invocations that are named; if all of them have problems, their number is more useful than a
 * list.
 */
const oddShown = 4;

function oddities(
  { functionName, requestId, planned, status }: MadeInvocation,
  logs: readonly StoredLog[],
): string[] {
  const which = `${functionName}, ${planned.payload.scenario} (${requestId})`;
  const lines = logs.filter((log) => log.invocationId === requestId).length;
  return [
    ...(status === planned.status ? [] : [`${which}: ended with ${status}, expected ${planned.status}.`]),
    ...(lines === planned.linesWritten
      ? []
      : [`${which}: wrote ${planned.linesWritten} lines, ${lines} arrived.`]),
  ];
}
