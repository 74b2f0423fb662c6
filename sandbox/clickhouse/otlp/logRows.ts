import { hexId, nanoseconds } from "./cells";
import { mergeBody } from "./logBody";
import type { LogRecord, LogsRequest } from "./messages";
import { resolveSeverity } from "./severity";
import { asString, toMap, toValue, type ValueMap } from "./value";

/** Columns of `otel_logs` for resource and scope. */
interface Origin {
  readonly ServiceName: string;
  readonly ResourceSchemaUrl: string;
  readonly ResourceAttributes: ValueMap;
  readonly ScopeSchemaUrl: string;
  readonly ScopeName: string;
  readonly ScopeVersion: string;
  readonly ScopeAttributes: ValueMap;
}

/** A row of `otel_logs`. */
export interface LogRow extends Origin {
  readonly Timestamp: string;
  readonly TraceId: string;
  readonly SpanId: string;
  readonly TraceFlags: number;
  readonly SeverityText: string;
  readonly SeverityNumber: number;
  readonly Body: string;
  readonly LogAttributes: ValueMap;
  readonly EventName: string;
}

/** The rows that ClickStack's collector writes for a request with logs. */
export function logRows(request: LogsRequest): LogRow[] {
  return request.resourceLogs.flatMap(({ resource, schemaUrl, scopeLogs }) => {
    const ResourceAttributes = toMap(resource?.attributes ?? []);
    const fromResource = {
      ServiceName: asString(ResourceAttributes.get("service.name") ?? null),
      ResourceSchemaUrl: schemaUrl,
      ResourceAttributes,
    };
    return scopeLogs.flatMap((group) => {
      const origin: Origin = {
        ...fromResource,
        ScopeSchemaUrl: group.schemaUrl,
        ScopeName: group.scope?.name ?? "",
        ScopeVersion: group.scope?.version ?? "",
        ScopeAttributes: toMap(group.scope?.attributes ?? []),
      };
      return group.logRecords.map((record) => logRow(origin, record));
    });
  });
}

function logRow(origin: Origin, record: LogRecord): LogRow {
  const body = toValue(record.body);
  const text = asString(body);
  const attributes = mergeBody(toMap(record.attributes), body);
  const sent = { number: record.severityNumber, text: record.severityText };
  const severity = resolveSeverity(sent, attributes, text);
  return {
    ...origin,
    Timestamp: nanoseconds(record.timeUnixNano || record.observedTimeUnixNano),
    TraceId: hexId(record.traceId),
    SpanId: hexId(record.spanId),
    TraceFlags: record.flags & 0xff,
    SeverityText: severity.text,
    SeverityNumber: severity.number,
    Body: text,
    LogAttributes: attributes,
    EventName: record.eventName,
  };
}
