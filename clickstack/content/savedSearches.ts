import { errorLines, initSpans, invocationSpans } from "./series";

/** A search that HyperDX stores under a name. */
export interface SavedSearch {
  name: string;
  source: "Logs" | "Traces";
  /** Columns, separated by commas. */
  select: string;
  /** Lucene. */
  where: string;
}

const lineColumns = "Timestamp, ServiceName, SeverityText, Body";
const spanColumns = "Timestamp, ServiceName, SpanName, StatusCode, StatusMessage, Duration";

/** What people look for first. */
export const savedSearches: readonly SavedSearch[] = [
  { name: "Lambda: errors in logs", source: "Logs", select: lineColumns, where: errorLines },
  {
    name: "Lambda: exceptions",
    source: "Logs",
    select: `${lineColumns}, LogAttributes['exception.type']`,
    where: "LogAttributes.exception.type:*",
  },
  {
    name: "Lambda: failed invocations",
    source: "Traces",
    select: spanColumns,
    where: `${invocationSpans} AND StatusCode:"Error"`,
  },
  {
    name: "Lambda: cold starts",
    source: "Traces",
    select: spanColumns,
    where: initSpans,
  },
  {
    name: "Lambda: timeouts",
    source: "Logs",
    select: lineColumns,
    where: '"Task timed out"',
  },
];
