import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { Signal } from "../../../../../sandbox/clickhouse/base/signal";
import { decodeRequest, encodeStatus, encodeSuccess } from "../../../../../sandbox/clickhouse/otlp/codec";
import { logRows } from "../../../../../sandbox/clickhouse/otlp/logRows";
import { metricRows } from "../../../../../sandbox/clickhouse/otlp/metricRows";
import { requestRows } from "../../../../../sandbox/clickhouse/otlp/rows";
import { rowText } from "../../../../../sandbox/clickhouse/otlp/rowText";
import { spanRows } from "../../../../../sandbox/clickhouse/otlp/spanRows";
import {
  encodeRequest,
  logsRequest,
  metricsRequest,
  SPAN_ID,
  spansRequest,
  TRACE_ID,
  text,
} from "./otlpSamples";

const TIME = 1_790_000_000_123_456_789n;
const json = (request: unknown) => Buffer.from(JSON.stringify(request));
const plain = (row: object = {}): Record<string, unknown> => JSON.parse(rowText(row, "map"));

const record = {
  timeUnixNano: String(TIME),
  observedTimeUnixNano: String(TIME + 5n),
  severityNumber: 17,
  severityText: "ERROR",
  body: { stringValue: 'failed {"code":3}' },
  attributes: [text("faas.invocation_id", "request-1"), { key: "ok", value: { boolValue: false } }],
  flags: 257,
  traceId: TRACE_ID,
  spanId: SPAN_ID,
  eventName: "event",
};

describe("rows of an export request", () => {
  it("are those of the collector for logs", () => {
    const rows = logRows(decodeRequest("logs", "json", json(logsRequest([record]))));
    assert.deepEqual(rows.map(plain), [
      {
        Timestamp: "1790000000.123456789",
        TraceId: TRACE_ID,
        SpanId: SPAN_ID,
        TraceFlags: 1,
        SeverityText: "error",
        SeverityNumber: 17,
        ServiceName: "orders",
        Body: 'failed {"code":3}',
        ResourceSchemaUrl: "res-url",
        ResourceAttributes: { "service.name": "orders", "k8s.pod.name": "pod-1" },
        ScopeSchemaUrl: "scope-url",
        ScopeName: "scope",
        ScopeVersion: "1.2",
        ScopeAttributes: { s: "t" },
        LogAttributes: { "faas.invocation_id": "request-1", ok: "false", code: "3" },
        EventName: "event",
      },
    ]);
  });

  it("have the observed time when there is no other, and a body of any type", () => {
    const bodies = [
      { kvlistValue: { values: [text("b", "x"), { key: "a", value: { intValue: "2" } }] } },
      { arrayValue: { values: [{ doubleValue: 0.5 }, {}] } },
      { bytesValue: "AQI=" },
      undefined,
    ];
    const records = bodies.map((body) => ({ observedTimeUnixNano: String(TIME), body }));
    const rows = logRows(decodeRequest("logs", "json", json(logsRequest(records))));
    assert.deepEqual(
      rows.map(({ Timestamp, Body, SeverityText }) => [Timestamp, Body, SeverityText]),
      ['{"a":2,"b":"x"}', "[0.5,null]", "AQI=", ""].map((body) => ["1790000000.123456789", body, "info"]),
    );
    assert.deepEqual(plain(rows[0]).LogAttributes, { b: "x", a: "2" });
  });

  it("are those of the collector for spans", () => {
    const [first, second] = spanRows(decodeRequest("traces", "json", json(spansRequest(TIME))));
    assert.deepEqual(plain(first), {
      ServiceName: "orders",
      ResourceAttributes: { "service.name": "orders", "k8s.pod.name": "pod-1" },
      ScopeName: "scope",
      ScopeVersion: "1.2",
      Timestamp: "1790000000.123456789",
      TraceId: TRACE_ID,
      SpanId: SPAN_ID,
      ParentSpanId: "",
      TraceState: "a=b",
      SpanName: "invoke",
      SpanKind: "Server",
      SpanAttributes: { "faas.invocation_id": "request-1", n: "7", SampleRate: "4" },
      Duration: "1500000",
      StatusCode: "Error",
      StatusMessage: "failed",
      "Events.Timestamp": ["1790000000.123456790"],
      "Events.Name": ["exception"],
      "Events.Attributes": [{ "exception.type": "Error" }],
      "Links.TraceId": [TRACE_ID],
      "Links.SpanId": [SPAN_ID],
      "Links.TraceState": ["c=d"],
      "Links.Attributes": [{ l: "m" }],
    });
    assert.deepEqual(
      [second?.SpanKind, second?.StatusCode, second?.ParentSpanId],
      ["Unspecified", "Unset", SPAN_ID],
    );
  });

  it("are those of the collector for metrics, in the table of their kind", () => {
    const tables = metricRows(decodeRequest("metrics", "json", json(metricsRequest(TIME))));
    const names = ["gauge", "sum", "histogram", "exponential_histogram", "summary"];
    assert.deepEqual(
      [...tables.keys()],
      names.map((name) => `otel_metrics_${name}`),
    );
    const row = (name: string) => tables.get(`otel_metrics_${name}`)?.[0] ?? {};
    const common = { ServiceName: "orders", StartTimeUnix: 1_789_999_940, TimeUnix: 1_790_000_000, Flags: 1 };
    for (const name of names) {
      for (const [key, value] of Object.entries(common))
        assert.equal(row(name)[key], value, `${name}.${key}`);
    }
    assert.deepEqual(
      tables.get("otel_metrics_sum")?.map((point) => point.Value),
      [7, -2],
    );
    assert.equal(row("gauge").Value, 1.5);
    assert.equal(row("gauge").ScopeDroppedAttrCount, 3);
    assert.equal(row("sum").IsMonotonic, true);
    assert.deepEqual(row("sum")["Exemplars.TraceId"], [TRACE_ID]);
    assert.deepEqual(row("sum")["Exemplars.SpanId"], ["0000000000000000"]);
    assert.deepEqual(row("sum")["Exemplars.Value"], [5]);
    assert.deepEqual(row("histogram").BucketCounts, ["1", "2"]);
    assert.deepEqual(row("exponential_histogram").PositiveBucketCounts, ["1", "1"]);
    assert.equal(row("exponential_histogram").Scale, -1);
    assert.deepEqual(row("summary")["ValueAtQuantiles.Value"], [1.5]);
  });

  it("of metrics have maps beside JSON attributes of logs and spans", () => {
    const body = json(metricsRequest(TIME));
    assert.deepEqual(
      requestRows("metrics", "json", body, "json"),
      requestRows("metrics", "json", body, "map"),
    );
  });

  for (const [signal, request] of [
    ["logs", logsRequest([record, { body: { doubleValue: 1 } }])],
    ["traces", spansRequest(TIME)],
    ["metrics", metricsRequest(TIME)],
  ] as [Signal, object][]) {
    it(`are the same by protobuf as by JSON for ${signal}`, () => {
      const encoded = encodeRequest(signal, request);
      for (const type of ["map", "json"] as const) {
        const rows = requestRows(signal, "protobuf", encoded, type);
        assert.deepEqual(rows, requestRows(signal, "json", json(request), type));
      }
    });

    it(`are refused with an error that says why, or read, whatever the body of ${signal}`, () => {
      fc.assert(
        fc.property(
          fc.uint8Array({ maxLength: 200 }),
          fc.constantFrom("json", "protobuf"),
          (bytes, encoding) => {
            try {
              requestRows(signal, encoding, Buffer.from(bytes), "json");
            } catch (error) {
              assert.equal(error instanceof Error && error.name, "OtlpPayloadError");
            }
          },
        ),
      );
    });
  }

  for (const [name, body] of [
    ["no JSON", "nonsense"],
    ["an array", "[]"],
    ["a wrong type", '{"resourceLogs":7}'],
    ["an identifier of wrong length", JSON.stringify(logsRequest([{ traceId: "abcd" }]))],
    ["an identifier that is no hexadecimal", JSON.stringify(logsRequest([{ spanId: "x7ad6b7169203331" }]))],
  ] as const) {
    it(`are refused for ${name}`, () => {
      assert.throws(() => requestRows("logs", "json", Buffer.from(body), "map"), {
        name: "OtlpPayloadError",
      });
    });
  }
});

describe("answers of the intake", () => {
  it("are those of the protocol", () => {
    assert.equal(encodeSuccess("logs", "json").toString(), '{"partialSuccess":{}}');
    assert.deepEqual([...encodeSuccess("metrics", "protobuf")], [0x0a, 0x00]);
    assert.equal(encodeStatus(3, "bad", "json").toString(), '{"code":3,"message":"bad"}');
    assert.deepEqual([...encodeStatus(3, "bad", "protobuf")], [0x08, 3, 0x12, 3, 98, 97, 100]);
  });
});
