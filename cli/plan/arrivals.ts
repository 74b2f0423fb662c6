import { type Check, fault, passed } from "./verification";

/** What ClickHouse has about a function. */
export interface Arrivals {
  logs: number;
  spans: number;
  /** Names of those of {@link requiredAttributes} that are missing in some row. */
  missing: readonly string[];
  /** Id of the newest trace. */
  traceId?: string;
}

/**
 * Attributes that the extension sets on every log record of an invocation: resource attributes, and one of the record.
 */
export const requiredAttributes = {
  resource: ["service.name", "faas.name", "faas.version", "cloud.region"],
  record: ["faas.invocation_id"],
} as const;

/** What the rows in ClickHouse show. */
export function checkArrivals({ logs, spans, missing }: Arrivals, within: string): Check[] {
  if (logs + spans === 0) {
    return [
      fault(
        "rows",
        `ClickHouse has no rows of the function ${within}`,
        "Run `verify` with --invoke again: an environment that was frozen before it could send does so with its next invocation. If there are still none, look for lines of the extension in CloudWatch Logs, and check --clickhouse-database.",
      ),
    ];
  }
  const [records, ofTrace] = [counted(logs, "log record"), counted(spans, "span")];
  const rows = passed("rows", `${records} and ${ofTrace} ${within}`);
  const attributes =
    missing.length > 0
      ? fault(
          "attributes",
          `rows lack ${missing.join(", ")}`,
          "Something between the function and ClickHouse removes attributes, such as a processor of the collector.",
        )
      : passed("attributes", [...requiredAttributes.resource, ...requiredAttributes.record].join(", "));
  const trace =
    spans === 0
      ? fault(
          "trace",
          `no spans ${within}`,
          "Check CLICKSTACK_TRACE_RATIO and the exporters of ROTEL_EXPORTERS_TRACES.",
        )
      : passed("trace", ofTrace);
  return [rows, attributes, trace];
}

/** Whether CloudWatch received lines of a function whose role is denied to write them. */
export function checkCloudWatch(isDenied: boolean, newStreams: number | { error: string }): Check {
  if (!isDenied) return passed("cloudWatch", "not disabled");
  if (typeof newStreams !== "number") return { ...passed("cloudWatch", newStreams.error), result: "skipped" };
  return newStreams === 0
    ? passed("cloudWatch", "disabled, and nothing was written")
    : fault(
        "cloudWatch",
        `disabled, and ${newStreams} log streams were written to`,
        "IAM takes some minutes, and execution environments that run keep on writing. Run `verify` again later, or `cloudwatch disable`.",
      );
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
