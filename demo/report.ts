import Table from "cli-table3";
import { type Role, renderTrace } from "../traces/render";
import type { TraceTree } from "../traces/tree";
import { type DemoResult, summarize } from "./result";
import { style } from "./style";

const linesShown = 14;

/** The result as text for a terminal of `width` columns. */
export function report(result: DemoResult, width: number): string {
  const { linesWritten, logRows, invokeSpans, invocations, cloudWatchStreams, regions, layerVersions } =
    summarize(result);
  const equal =
    linesWritten === logRows
      ? style(process.stdout, "green", "equal")
      : style(process.stdout, "red", "NOT equal");
  return [
    heading("Layer versions", `${layerVersions} in ${regions} regions`),
    layerTable(result),
    heading("Logs in ClickHouse", `the last ${Math.min(linesShown, result.logs.length)} of ${logRows}`),
    logTable(result, width),
    heading("Invoke spans", `${invokeSpans}, by function and scenario`),
    spanTable(result),
    ...(result.trace
      ? [
          heading("One request through three functions", "HTTP → SQS → a failing call"),
          traceOf(result.trace, width),
        ]
      : []),
    heading("The count", ""),
    `  log lines written by the functions  ${linesWritten}`,
    `  their rows in ClickHouse            ${logRows}   ${equal}`,
    `  invocations / invoke spans          ${invocations} / ${invokeSpans}`,
    `  their log streams in CloudWatch     ${cloudWatchStreams}`,
    "",
  ].join("\n");
}

const traceColours: Partial<Record<Role, "red" | "yellow" | "cyan" | "dim" | "bold">> = {
  name: "bold",
  service: "cyan",
  tree: "dim",
  error: "red",
  warn: "yellow",
};

function traceOf(trace: TraceTree, width: number): string {
  const paint = (text: string, role: Role): string => {
    const colour = traceColours[role];
    return colour ? style(process.stdout, colour, text) : text;
  };
  const drawn = renderTrace(trace, { width: Math.min(width, 120) - 2, paint });
  return drawn.replaceAll(/^/gm, "  ");
}

function heading(title: string, note: string): string {
  return `\n${style(process.stdout, "bold", title)}${note ? style(process.stdout, "dim", `  ${note}`) : ""}`;
}

function table(head: string[], colWidths?: number[]): Table.Table {
  const border = {
    top: "",
    "top-mid": "",
    "top-left": "",
    "top-right": "",
    bottom: "",
    "bottom-mid": "",
    "bottom-left": "",
    "bottom-right": "",
    left: " ",
    "left-mid": "",
    mid: "",
    "mid-mid": "",
    right: "",
    "right-mid": "",
    middle: " ",
  };
  return new Table({
    head,
    chars: border,
    style: {
      head: process.stdout.isTTY && !process.env.NO_COLOR ? ["dim"] : [],
      border: [],
      "padding-left": 1,
      "padding-right": 0,
      compact: true,
    },
    ...(colWidths ? { colWidths } : {}),
  });
}

function layerTable({ layerVersionArns }: DemoResult): string {
  const rows = table(["region", "architecture", "layer version ARN"]);
  for (const [region, arns] of Object.entries(layerVersionArns).sort()) {
    for (const [architecture, arn] of Object.entries(arns).sort()) rows.push([region, architecture, arn]);
  }
  return rows.toString();
}

const severityColours: Record<string, "red" | "yellow" | "cyan"> = {
  error: "red",
  fatal: "red",
  warn: "yellow",
  info: "cyan",
};

function logTable({ logs }: DemoResult, width: number): string {
  const body = Math.max(24, width - 84);
  const rows = table(
    ["time", "service", "severity", "invocation id", "trace id", "body"],
    [14, 22, 10, 15, 14, body],
  );
  for (const log of logs.slice(-linesShown)) {
    const colour = severityColours[log.severity.toLowerCase()];
    rows.push([
      log.time.slice(11, 23),
      clip(log.service, 20),
      colour ? style(process.stdout, colour, log.severity) : log.severity,
      `${log.invocationId.slice(0, 12)}…`,
      `${log.traceId.slice(0, 11)}…`,
      clip(log.body.replaceAll("\n", "⏎").replaceAll("\t", " "), body - 2),
    ]);
  }
  return rows.toString();
}

function clip(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1)}…`;
}

function spanTable({ spans, invocations }: DemoResult): string {
  const rows = table(["function", "scenario", "spans", "status", "median", "extension"]);
  const groups = new Map<string, { durations: number[]; overheads: number[]; statuses: Set<string> }>();
  const byId = new Map(spans.map((span) => [span.invocationId, span]));
  for (const { functionName, planned, requestId, extensionOverheadMs } of invocations) {
    const span = byId.get(requestId);
    const key = `${functionName}\u0000${planned.payload.scenario}`;
    const group = groups.get(key) ?? { durations: [], overheads: [], statuses: new Set<string>() };
    groups.set(key, group);
    group.overheads.push(extensionOverheadMs);
    if (span) {
      group.durations.push(span.durationMs);
      group.statuses.add(span.status);
    }
  }
  for (const [key, { durations, overheads, statuses }] of groups) {
    const [name = "", scenario = ""] = key.split("\u0000");
    rows.push([
      name,
      scenario,
      String(durations.length),
      [...statuses].join(", "),
      ms(median(durations)),
      ms(median(overheads)),
    ]);
  }
  return rows.toString();
}

function median(values: readonly number[]): number | undefined {
  return [...values].sort((a, b) => a - b)[values.length >> 1];
}

function ms(value: number | undefined): string {
  return value === undefined ? "–" : `${value.toFixed(1)} ms`;
}
