import { parse } from "protobufjs";
import type { Signal } from "../../../../../sandbox/clickhouse/base/signal";
import { OTLP_PROTOCOL } from "../../../../../sandbox/clickhouse/otlp/protocol";

/** Requests as OTLP JSON. */

export const TRACE_ID = "0af7651916cd43dd8448eb211c80319c";
export const SPAN_ID = "b7ad6b7169203331";

export const text = (key: string, stringValue: string) => ({ key, value: { stringValue } });

const resource = { attributes: [text("service.name", "orders"), text("k8s.pod.name", "pod-1")] };
const scope = { name: "scope", version: "1.2", attributes: [text("s", "t")], droppedAttributesCount: 3 };

/** One log record for each element; the scope and resource are the same for all. */
export function logsRequest(records: readonly Record<string, unknown>[]) {
  return {
    resourceLogs: [
      { resource, schemaUrl: "res-url", scopeLogs: [{ scope, schemaUrl: "scope-url", logRecords: records }] },
    ],
  };
}

export function spansRequest(time: bigint) {
  const spans = [
    {
      traceId: TRACE_ID,
      spanId: SPAN_ID,
      parentSpanId: "0000000000000000",
      traceState: "a=b",
      name: "invoke",
      kind: 2,
      startTimeUnixNano: String(time),
      endTimeUnixNano: String(time + 1_500_000n),
      attributes: [
        text("faas.invocation_id", "request-1"),
        { key: "n", value: { intValue: "7" } },
        text("SampleRate", "4"),
      ],
      events: [
        { timeUnixNano: String(time + 1n), name: "exception", attributes: [text("exception.type", "Error")] },
      ],
      links: [{ traceId: TRACE_ID, spanId: SPAN_ID, traceState: "c=d", attributes: [text("l", "m")] }],
      status: { code: 2, message: "failed" },
    },
    {
      traceId: TRACE_ID,
      spanId: "00f067aa0ba902b7",
      parentSpanId: SPAN_ID,
      name: "child",
      startTimeUnixNano: String(time),
    },
  ];
  return { resourceSpans: [{ resource, scopeSpans: [{ scope, spans }] }] };
}

export function metricsRequest(time: bigint) {
  const at = { timeUnixNano: String(time), startTimeUnixNano: String(time - 60_000_000_000n), flags: 1 };
  const attributes = [text("faas.name", "orders")];
  const exemplar = {
    timeUnixNano: String(time),
    asInt: "5",
    traceId: TRACE_ID,
    filteredAttributes: [text("x", "y")],
  };
  const histogram = { ...at, attributes, count: "3", sum: 6.5, min: 1, max: 4, exemplars: [exemplar] };
  const metrics = [
    {
      name: "g",
      description: "d",
      unit: "By",
      gauge: { dataPoints: [{ ...at, attributes, asDouble: 1.5 }] },
    },
    {
      name: "s",
      unit: "1",
      sum: {
        aggregationTemporality: 1,
        isMonotonic: true,
        dataPoints: [
          { ...at, attributes, asInt: "7", exemplars: [exemplar] },
          { ...at, asInt: "-2" },
        ],
      },
    },
    {
      name: "h",
      histogram: {
        aggregationTemporality: 2,
        dataPoints: [{ ...histogram, bucketCounts: ["1", "2"], explicitBounds: [2.5] }],
      },
    },
    {
      name: "e",
      exponentialHistogram: {
        aggregationTemporality: 1,
        dataPoints: [
          { ...histogram, scale: -1, zeroCount: "1", positive: { offset: 2, bucketCounts: ["1", "1"] } },
        ],
      },
    },
    {
      name: "q",
      summary: {
        dataPoints: [{ ...at, count: "2", sum: 3, quantileValues: [{ quantile: 0.5, value: 1.5 }] }],
      },
    },
  ];
  return {
    resourceMetrics: [
      { resource, schemaUrl: "res-url", scopeMetrics: [{ scope, schemaUrl: "scope-url", metrics }] },
    ],
  };
}

const MESSAGES: Record<Signal, string> = {
  logs: "ExportLogsServiceRequest",
  traces: "ExportTraceServiceRequest",
  metrics: "ExportMetricsServiceRequest",
};

/** Encodes a request in OTLP JSON as protobuf. */
export function encodeRequest(signal: Signal, request: object): Buffer {
  const type = parse(OTLP_PROTOCOL).root.lookupType(`otlp.${MESSAGES[signal]}`);
  const withBinaryIds = JSON.parse(JSON.stringify(request), (key, value) =>
    /^(traceId|spanId|parentSpanId)$/.test(key) ? Buffer.from(value, "hex") : value,
  );
  return Buffer.from(type.encode(type.fromObject(withBinaryIds)).finish());
}
