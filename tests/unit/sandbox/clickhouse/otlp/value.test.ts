import assert from "node:assert/strict";
import * as fc from "fast-check";
import { float, hexId, nanoseconds, plainText } from "../../../../../sandbox/clickhouse/otlp/cells";
import { mergeBody } from "../../../../../sandbox/clickhouse/otlp/logBody";
import { asString, asStrings, fromJson, type Value } from "../../../../../sandbox/clickhouse/otlp/value";

const map = (entries: Record<string, Value>) => new Map(Object.entries(entries));

describe("values as text", () => {
  for (const [value, expected] of [
    [null, ""],
    ["text", "text"],
    [true, "true"],
    [9007199254740993n, "9007199254740993"],
    [1, "1"],
    [0.1, "0.1"],
    [1e21, "1e+21"],
    [1e-7, "1e-7"],
    [Number.NaN, "json: unsupported value: NaN"],
    [Number.NEGATIVE_INFINITY, "json: unsupported value: -Inf"],
    [Uint8Array.from([1, 2, 255]), "AQL/"],
    [new Uint8Array(), ""],
    [[new Uint8Array()], "[null]"],
    [[1n, "a<b>", null, [true]], '[1,"a<b>",null,[true]]'],
    [map({ b: 1n, a: map({ é: 2.5, z: Uint8Array.from([0]) }) }), '{"a":{"z":"AA==","é":2.5},"b":1}'],
    [[Number.NaN], ""],
  ] as [Value, string][]) {
    it(`are ${JSON.stringify(expected)}`, () => assert.equal(asString(value), expected));
  }

  it("are JSON that reads back as it was", () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), (json) => {
        assert.deepEqual(JSON.parse(asString(fromJson(json))), json);
      }),
    );
  });

  it("take any key", () => {
    assert.equal(JSON.stringify(asStrings(map({ a: "x" }))), '{"a":"x"}');
    assert.equal(JSON.stringify(asStrings(new Map([["__proto__", "x"]]))), '{"__proto__":"x"}');
  });
});

describe("cells", () => {
  it("have identifiers in hexadecimal, none when zero", () => {
    assert.equal(hexId(Uint8Array.from([0, 171])), "00ab");
    assert.equal(hexId(new Uint8Array(8)), "");
    assert.equal(hexId(new Uint8Array()), "");
  });

  it("have times to the nanosecond", () => {
    assert.equal(nanoseconds(1_790_000_000_000_000_007n), "1790000000.000000007");
    assert.equal(nanoseconds(0n), "0000000000.000000000");
  });

  it("have numbers that JSON lacks as ClickHouse reads them", () => {
    assert.deepEqual([1.5, Number.NaN, Infinity, -Infinity].map(float), [1.5, "nan", "inf", "-inf"]);
  });

  it("have no halves of surrogate pairs", () => {
    assert.equal(
      plainText({ "a\ud800": ["x\udc00y", { b: "\ud83d\ude00" }] }),
      '{"a\ufffd":["x\ufffdy",{"b":"😀"}]}',
    );
    assert.equal(plainText({ a: "\\ud800" }), '{"a":"\\\\ud800"}');
  });
});

describe("body of a log record", () => {
  const merged = (attributes: Record<string, Value>, body: Value) =>
    Object.fromEntries([...mergeBody(map(attributes), body)].map(([key, value]) => [key, asString(value)]));

  it("gives the fields of a JSON object to the attributes, flat", () => {
    const body = '2026 INFO {"a":{"b":[1,{"c":null}],"d":[[2]]},"x":"new","e":{}} end';
    assert.deepEqual(merged({ x: "old", keep: 1n }, body), {
      x: "new",
      keep: "1",
      "a.b.0": "1",
      "a.b.1.c": "",
      "a.d.00": "2",
    });
  });

  it("is looked at from the first brace of a line to the last, in the first line with both", () => {
    assert.deepEqual(merged({}, 'x } y {\n{"a":1}\n{"b":2}'), { a: "1" });
    assert.deepEqual(merged({}, '{"a":1} and {"b":2}'), {});
    assert.deepEqual(merged({}, '{\n"a": 1\n}'), {});
  });

  it("adds nothing if it is not JSON, and attributes are flattened anyway", () => {
    assert.deepEqual(merged({ n: map({ a: "b" }) }, "function() { return }"), { "n.a": "b" });
  });

  it("that is a map gives its fields as they are", () => {
    assert.deepEqual(merged({ n: map({ a: "b" }) }, map({ m: map({ c: 1n }) })), {
      "n.a": "b",
      m: '{"c":1}',
    });
  });

  it("of many braces takes no longer than its length", () => {
    assert.deepEqual(merged({}, "{".repeat(1_000_000)), {});
  });
});
