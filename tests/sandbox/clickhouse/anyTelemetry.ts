import * as fc from "fast-check";
import { SPAN_ID, TRACE_ID } from "../../unit/sandbox/clickhouse/otlp/otlpSamples";

/** Telemetry of every shape that OTLP allows, as OTLP JSON. */

const keys = fc.oneof(
  fc.stringMatching(/^[a-z]{1,3}(\.[a-z]{1,3})?$/),
  fc.constantFrom("level", "type", 'é "x"'),
);
const words = fc.constantFrom("error", "Warn", "notice: x", "debug it", "", "plain", "terror", "ünï\n\tcode");
const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));
const doubles = fc.oneof(
  fc.constantFrom(0, -0, 0.1, 1, 1e21, 1e-7, 1.5e300, 123456789.25, Number.NaN, Infinity, -Infinity),
  fc.double({ noNaN: true }),
);

const { value: anyValue } = fc.letrec<{ value: Record<string, unknown> }>((tie) => ({
  value: fc.oneof(
    { depthSize: "small", maxDepth: 4 },
    fc.record({ stringValue: fc.oneof(words, fc.string({ unit: "grapheme" })) }),
    fc.record({ boolValue: fc.boolean() }),
    fc.record({ intValue: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String) }),
    fc.record({ doubleValue: doubles }),
    fc.record({ bytesValue: fc.base64String() }),
    fc.constant({}),
    fc.record({ arrayValue: fc.record({ values: fc.array(tie("value"), { maxLength: 3 }) }) }),
    fc.record({
      kvlistValue: fc.record({
        values: fc.array(fc.record({ key: keys, value: tie("value") }), { maxLength: 3 }),
      }),
    }),
  ),
}));
const attributes = fc.array(fc.record({ key: keys, value: anyValue }), { maxLength: 5 });

/** Bodies: any value, and texts with JSON in them. */
const json = fc.dictionary(keys, fc.jsonValue({ maxDepth: 3 }), { maxKeys: 4 });
const textWithJson = fc
  .tuple(words, json, words)
  .map(([before, object, after]) => ({ stringValue: `${before} ${JSON.stringify(object)} ${after}` }));

/** A log record at about `time`, nanoseconds. */
export function anyRecord(time: bigint): fc.Arbitrary<Record<string, unknown>> {
  const times = fc.bigInt({ min: time - 10n ** 12n, max: time }).map(String);
  return fc.record(
    {
      timeUnixNano: times,
      observedTimeUnixNano: times,
      severityNumber: fc.constantFrom(0, 0, 0, 5, 9, 17, 24),
      severityText: fc.constantFrom("", "", "", "WARN", "Information", "ÄRGER"),
      body: fc.oneof(textWithJson, anyValue),
      attributes,
      flags: fc.nat(300),
      traceId: fc.constantFrom(TRACE_ID, "0".repeat(32), ""),
      spanId: fc.oneof(hex(16), fc.constant("")),
      eventName: fc.constantFrom("", "event"),
    },
    { requiredKeys: ["observedTimeUnixNano"] },
  );
}

/** A span at about `time`, nanoseconds. */
export function anySpan(time: bigint): fc.Arbitrary<Record<string, unknown>> {
  const times = fc.bigInt({ min: time - 10n ** 12n, max: time }).map(String);
  const events = fc.array(fc.record({ timeUnixNano: times, name: words, attributes }), { maxLength: 2 });
  const links = fc.array(
    fc.record({ traceId: hex(32), spanId: hex(16), traceState: fc.constantFrom("", "a=b"), attributes }),
    { maxLength: 2 },
  );
  return fc.record({
    traceId: hex(32),
    spanId: hex(16),
    parentSpanId: fc.oneof(hex(16), fc.constant("")),
    traceState: fc.constantFrom("", "a=b"),
    name: fc.string(),
    kind: fc.nat(7),
    startTimeUnixNano: times,
    endTimeUnixNano: times,
    attributes,
    events,
    links,
    status: fc.oneof(fc.constant(undefined), fc.record({ code: fc.nat(3), message: words })),
  });
}

/** A span whose attributes are edge cases of JSON columns, with the same name twice. */
export function oddSpan(time: bigint): Record<string, unknown> {
  const map = (...values: object[]) => ({ kvlistValue: { values } });
  const list = (...values: object[]) => ({ arrayValue: { values } });
  const int = (key: string, intValue: string) => ({ key, value: { intValue } });
  const double = (doubleValue: number, index: number) => ({ key: `d${index}`, value: { doubleValue } });
  const attributes = [
    int("both.dotted", "1"),
    { key: "both", value: map(int("dotted", "2"), int("nested", "3")) },
    int("twice", "4"),
    { key: "twice", value: map({ key: "in", value: map(int("it", "5")) }, int("in", "6")) },
    { key: "", value: map(int("x", "7"), int("", "8")) },
    {
      key: "deep",
      value: map({ key: "m", value: map({ key: "l", value: list(list({}), map(int("z", "9"))) }) }),
    },
    ...[2 ** 63, -(2 ** 63), 1 - 2 ** 53, 2 ** 64, 1e18, 1e19, 1e20, -1e19, 1e21, 1e15].map(double),
  ];
  const times = { startTimeUnixNano: String(time), endTimeUnixNano: String(time) };
  const event = { timeUnixNano: String(time), name: "odd", attributes };
  return { traceId: TRACE_ID, spanId: SPAN_ID, name: "odd", ...times, attributes, events: [event] };
}

/** Edge cases of metrics: numbers that are not finite, empty points, no data, equal names. */
export function oddMetrics(time: bigint): object {
  const at = { timeUnixNano: String(time) };
  const points = [Number.NaN, Infinity, -Infinity, -0].map((asDouble) => ({ ...at, asDouble }));
  const named = { key: "k", value: { stringValue: "first" } };
  const again = { key: "k", value: { arrayValue: { values: [{ intValue: "1" }, { doubleValue: 2.5 }] } } };
  const metrics = [
    { name: "odd", gauge: { dataPoints: [...points, { ...at, attributes: [named, again] }, at] } },
    { name: "odd", sum: { dataPoints: [{ ...at, asInt: "9007199254740993", exemplars: [{}] }] } },
    { name: "odd", histogram: { dataPoints: [at] } },
    {
      name: "odd",
      exponentialHistogram: {
        dataPoints: [{ ...at, scale: 20, negative: { offset: -5, bucketCounts: ["7"] } }],
      },
    },
    { name: "odd", summary: { dataPoints: [{ ...at, quantileValues: [{ quantile: 1 }] }] } },
    { name: "without data" },
  ];
  return { resourceMetrics: [{ scopeMetrics: [{ metrics }] }] };
}
