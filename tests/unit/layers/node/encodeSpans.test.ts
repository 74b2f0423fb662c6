import assert from "node:assert/strict";
import fc from "fast-check";
import { validAttributes } from "../../../../layers/node/core/attributes";
import { encodeSpans } from "../../../../layers/node/core/encodeSpans";
import { exceptionReport } from "../../../../layers/node/core/exceptions";
import type { SpanData } from "../../../../layers/node/core/spanData";
import { spansIn } from "../seenSpans";

const span = (changes: Partial<SpanData> = {}): SpanData => ({
  context: { traceId: "0af7651916cd43dd8448eb211c80319c", spanId: "b7ad6b7169203331", traceFlags: 1 },
  name: "GET /",
  kind: 1,
  start: [1_795_953_600, 5],
  end: [1_795_953_601, 999_999_999],
  attributes: {},
  events: [],
  links: [],
  status: { code: 0 },
  dropped: { attributes: 0, events: 0, links: 0 },
  parentSpanId: undefined,
  scope: { name: "test" },
  ...changes,
});
const encoded = (spans: readonly SpanData[]) =>
  encodeSpans(spans, { "telemetry.sdk.language": "nodejs" }).flatMap((request) => spansIn(request));
const none = { attributes: 128, valueLength: Number.POSITIVE_INFINITY, events: 128, links: 128 };

describe("spans as OTLP", () => {
  it("keep everything that they say", () => {
    const parentSpanId = "00f067aa0ba902b7";
    const context = { traceId: "1af7651916cd43dd8448eb211c80319c", spanId: parentSpanId, traceFlags: 1 };
    const attributes = {
      text: "ü",
      yes: true,
      no: false,
      zero: 0,
      half: 0.5,
      less: -7,
      many: ["a", null, "b"],
    };
    const [seen] = encoded([
      span({
        parentSpanId,
        attributes: { ...attributes, absent: undefined },
        events: [{ name: "exception", time: [1_795_953_600, 7], attributes: { "exception.type": "Error" } }],
        links: [{ context, attributes: { n: 1 } }],
        status: { code: 2, message: "cold" },
      }),
    ]);
    assert.deepEqual(seen, {
      name: "GET /",
      kind: 2,
      traceId: "0af7651916cd43dd8448eb211c80319c",
      spanId: "b7ad6b7169203331",
      parentSpanId,
      status: 2,
      message: "cold",
      scope: "test",
      start: 1_795_953_600_000_000_005n,
      end: 1_795_953_601_999_999_999n,
      attributes: { ...attributes, many: ["a", undefined, "b"] },
      events: [{ name: "exception", attributes: { "exception.type": "Error" } }],
      links: [parentSpanId],
    });
  });

  it("keep any number and text", () => {
    const value = fc.oneof(
      fc.double(),
      fc.maxSafeInteger(),
      fc.boolean(),
      fc.string({ unit: "grapheme" }),
      fc.string({ minLength: 100, maxLength: 400 }),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), value), (given) => {
        const { attributes } = validAttributes(given, none);
        const [seen] = encoded([span({ attributes })]);
        const expected = Object.entries(attributes).map(([key, one]) => [key, Object.is(one, -0) ? 0 : one]);
        assert.deepEqual(Object.entries(seen?.attributes ?? {}), expected);
      }),
    );
  });

  it("are grouped by scope, in their order", () => {
    const other = { name: "other", version: "2" };
    const spans = encoded([span({ name: "1" }), span({ name: "2", scope: other }), span({ name: "3" })]);
    assert.deepEqual(
      spans.map(({ name, scope }) => [name, scope]),
      [
        ["1", "test"],
        ["3", "test"],
        ["2", "other"],
      ],
    );
    assert.deepEqual(encodeSpans([], {}), []);
  });

  it("of many megabytes are several requests, none too large for the extension, none lost", () => {
    const spans = Array.from({ length: 40 }, (_, index) =>
      span({ name: String(index), attributes: { large: "x".repeat(500_000) } }),
    );
    const requests = encodeSpans(spans, {});
    assert.ok(requests.length > 1);
    assert.ok(requests.every((request) => Buffer.byteLength(request) < 8 * 1024 * 1024));
    assert.deepEqual(
      requests.flatMap((request) => spansIn(request)).map(({ name }) => name),
      spans.map(({ name }) => name),
    );
  });
});

describe("attributes", () => {
  it("are those that OpenTelemetry allows", () => {
    const given = {
      a: "1",
      b: null,
      c: undefined,
      d: {},
      e: [1, "x"],
      f: [1, null],
      g: 1n,
      h: Symbol("x"),
      "": "x",
    };
    assert.deepEqual(validAttributes(given, none), { attributes: { a: "1", f: [1, null] }, dropped: 0 });
  });

  it("stay within the limits", () => {
    const limits = { ...none, attributes: 2, valueLength: 3 };
    assert.deepEqual(validAttributes({ a: "abcdef", b: ["abcdef"], c: 1 }, limits), {
      attributes: { a: "abc", b: ["abc"] },
      dropped: 1,
    });
  });
});

describe("exceptions", () => {
  it("are named by their name, class or code", () => {
    class OvenError extends Error {}
    const coded = Object.assign(new Error("x"), { code: "ENOENT" });
    const cases: [unknown, string, string][] = [
      [new TypeError("a"), "TypeError", "a"],
      [new OvenError("b"), "OvenError", "b"],
      [coded, "ENOENT", "x"],
      [Object.assign(new Error("c"), { name: "Runtime.HandlerNotFound" }), "Runtime.HandlerNotFound", "c"],
      ["text", "string", "text"],
      [undefined, "undefined", "undefined"],
      [{ message: "d" }, "Error", "d"],
    ];
    for (const [thrown, type, message] of cases) {
      const report = exceptionReport(thrown);
      assert.deepEqual([report.type, report.message], [type, message]);
    }
  });

  it("are survived, whatever they are", () => {
    fc.assert(
      fc.property(fc.anything({ withNullPrototype: true }), (thrown) => void exceptionReport(thrown)),
    );
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    exceptionReport(proxy);
  });
});
