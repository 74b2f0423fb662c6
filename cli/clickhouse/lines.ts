import type { Statement } from "./statement";

/** A row of `otel_logs` as it is shown. */
export interface Line {
  /** UTC with nine decimals. */
  time: string;
  service: string;
  /** Name of the function; empty if the row does not contain it. */
  function: string;
  severity: string;
  severityNumber: number;
  body: string;
  invocationId: string;
  traceId: string;
  /** Equal for equal rows. */
  hash: string;
}

/** The lines to select. */
export interface LineSelection {
  /** Names of functions or services; `*` stands for any characters. Empty: all. */
  names: readonly string[];
  /** Milliseconds since 1970. */
  since: number;
  /** Lowest SeverityNumber; 0 for every line. */
  severityNumber: number;
}

/** The lines of functions, the oldest first. */
export function linesStatement({ names, since, severityNumber }: LineSelection): Statement {
  const { condition, parameters } = nameCondition(names);
  return {
    sql: `SELECT toString(Timestamp, 'UTC') AS time, ServiceName AS service, ResourceAttributes['faas.name'] AS function,
      SeverityText AS severity, SeverityNumber AS severityNumber, Body AS body, TraceId AS traceId,
      LogAttributes['faas.invocation_id'] AS invocationId,
      hex(sipHash64(Timestamp, ServiceName, SeverityText, Body, invocationId, SpanId)) AS hash
    FROM otel_logs
    WHERE Timestamp >= fromUnixTimestamp64Milli({since:Int64}) AND SeverityNumber >= {severityNumber:Int32} AND ${condition}
    ORDER BY Timestamp`,
    parameters: { since: Math.round(since), severityNumber, ...parameters },
  };
}

/** A condition on functions' names, which are also the names of services by default. */
export function nameCondition(names: readonly string[]): {
  condition: string;
  parameters: Statement["parameters"];
} {
  if (names.length === 0) return { condition: "1", parameters: {} };
  const conditions = names.map((_, index) => {
    const pattern = `{name${index}:String}`;
    return `ServiceName LIKE ${pattern} OR ResourceAttributes['faas.name'] LIKE ${pattern}`;
  });
  const parameters = Object.fromEntries(names.map((name, index) => [`name${index}`, likeOf(name)]));
  return { condition: `(${conditions.join(" OR ")})`, parameters };
}

/** A LIKE pattern for a name in which `*` stands for any characters. */
function likeOf(name: string): string {
  return name.replace(/[\\%_]/g, "\\$&").replaceAll("*", "%");
}
