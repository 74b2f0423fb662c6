import {
  bytes,
  counter,
  durations,
  errorLines,
  filters,
  highest,
  initSpans,
  invocationSpans,
  nanoseconds,
  numberRow,
  seconds,
} from "./series";
import type { Dashboard, Tile } from "./tile";

/** What the table of all functions opens. */
export const functionDashboardName = "Lambda function";

const numbers = numberRow([
  { id: "function-n-invocations", name: "Invocations", series: counter("faas.invocations", "Invocations") },
  { id: "function-n-errors", name: "Errors", series: counter("faas.errors", "Errors"), errorLabel: "Errors" },
  { id: "function-n-coldstarts", name: "Cold starts", series: counter("faas.coldstarts", "Cold starts") },
  {
    id: "function-n-billed",
    name: "Billed duration",
    series: counter("aws.lambda.billed_duration", "Billed"),
    format: seconds,
  },
]);

const details: readonly Tile[] = [
  {
    id: "function-invocations",
    name: "Invocations, errors, timeouts and cold starts",
    x: 0,
    y: 4,
    w: 12,
    h: 7,
    chart: {
      kind: "line",
      source: "Metrics",
      series: [
        counter("faas.invocations", "invocations"),
        counter("faas.errors", "errors"),
        counter("faas.timeouts", "timeouts"),
        counter("faas.coldstarts", "cold starts"),
      ],
    },
  },
  {
    id: "function-durations",
    name: "Duration of invocations",
    x: 12,
    y: 4,
    w: 12,
    h: 7,
    chart: {
      kind: "line",
      source: "Traces",
      where: invocationSpans,
      series: durations([0.5, 0.95, 0.99]),
      format: nanoseconds,
    },
  },
  {
    id: "function-memory",
    name: "Memory used, and its size",
    x: 0,
    y: 11,
    w: 12,
    h: 7,
    chart: {
      kind: "line",
      source: "Metrics",
      series: [highest("faas.mem_usage", "used"), highest("aws.lambda.memory_size", "size")],
      format: bytes,
    },
  },
  {
    id: "function-init",
    name: "Duration of the init phase",
    x: 12,
    y: 11,
    w: 12,
    h: 7,
    chart: {
      kind: "line",
      source: "Traces",
      where: initSpans,
      series: durations([0.5, 0.95]),
      format: nanoseconds,
    },
  },
  {
    id: "function-levels",
    name: "Lines by level",
    x: 0,
    y: 18,
    w: 12,
    h: 7,
    chart: {
      kind: "stacked_bar",
      source: "Logs",
      where: "ResourceAttributes.faas.name:*",
      series: [{ alias: "lines", aggFn: "count" }],
      groupBy: "SeverityText",
    },
  },
  {
    id: "function-exceptions",
    name: "Exceptions",
    x: 12,
    y: 18,
    w: 12,
    h: 7,
    chart: {
      kind: "table",
      source: "Logs",
      where: "LogAttributes.exception.type:*",
      series: [{ alias: "count", aggFn: "count" }],
      groupBy: "LogAttributes['exception.type'], LogAttributes['exception.message']",
    },
  },
  {
    id: "function-failed",
    name: "Failed invocations",
    x: 0,
    y: 25,
    w: 12,
    h: 9,
    chart: {
      kind: "search",
      source: "Traces",
      where: `${invocationSpans} AND StatusCode:"Error"`,
      select: "Timestamp, ServiceName, StatusMessage, Duration, SpanAttributes['faas.invocation_id']",
    },
  },
  {
    id: "function-error-lines",
    name: "Errors in logs",
    x: 12,
    y: 25,
    w: 12,
    h: 9,
    chart: {
      kind: "search",
      source: "Logs",
      where: errorLines,
      select: "Timestamp, SeverityText, Body",
    },
  },
];

/** One function, chosen by the filter. */
export const functionDashboard: Dashboard = {
  name: functionDashboardName,
  description: "One function that runs the ClickStack Lambda extension; choose it above the tiles",
  filters,
  tiles: [...numbers, ...details],
};
