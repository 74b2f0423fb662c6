import assert from "node:assert/strict";
import * as fc from "fast-check";
import { attributeNames, jsonCell, rowText } from "../../../../../sandbox/clickhouse/otlp/rowText";
import { fromJson, isMap, type Value } from "../../../../../sandbox/clickhouse/otlp/value";

const map = (entries: Record<string, Value>) => new Map(Object.entries(entries));

describe("a row's text", () => {
  const row = {
    Body: 'b "x"',
    Count: 7,
    ScopeAttributes: map({}),
    LogAttributes: map({ n: 9007199254740993n, m: map({ k: true }) }),
    "Events.Attributes": [map({ e: 1n }), map({})],
    "Events.Name": ["one", "two"],
  };

  it("has attributes as maps of texts", () => {
    assert.equal(
      rowText(row, "map"),
      '{"Body":"b \\"x\\"","Count":7,"ScopeAttributes":{},' +
        '"LogAttributes":{"n":"9007199254740993","m":"{\\"k\\":true}"},' +
        '"Events.Attributes":[{"e":"1"},{}],"Events.Name":["one","two"]}',
    );
  });

  it("has attributes as JSON with their names beside them, but for those in arrays", () => {
    assert.equal(
      rowText(row, "json"),
      '{"Body":"b \\"x\\"","Count":7,"ScopeAttributes":{},"ScopeAttributesKeys":[],' +
        '"LogAttributes":{"m":{"k":true},"n":9007199254740993},"LogAttributesKeys":["m.k","n"],' +
        '"Events.Attributes":[{"e":1},{}],"Events.Name":["one","two"]}',
    );
  });
});

describe("a cell of JSON", () => {
  for (const [value, expected] of [
    [null, "null"],
    [-(2n ** 63n), "-9223372036854775808"],
    [1, "1"],
    [-0, "-0"],
    [0.1, "0.1"],
    [1e19, "10000000000000000000"],
    [2 ** 64, "1.8446744073709552e+19"],
    [-(2 ** 63), "-9.223372036854776e+18"],
    [-(2 ** 63) + 1024, "-9223372036854775000"],
    [-1e19, "-1e+19"],
    [1e300, "1e+300"],
    [Number.NaN, "null"],
    [[Number.NEGATIVE_INFINITY, 1n], "[null,1]"],
    [Uint8Array.from([251, 255]), '"+/8="'],
    ["x\ud800\u0001", '"x\ufffd\\u0001"'],
    [
      map({ é: 1n, z: map({ b: [map({})], a: null }), Z: false }),
      '{"Z":false,"z":{"a":null,"b":[{}]},"é":1}',
    ],
  ] as [Value, string][]) {
    it(`is ${expected}`, () => assert.equal(jsonCell(map({ k: value })), `{"k":${expected}}`));
  }

  it("reads back as it was", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (json) => {
        const attributes = fromJson(json);
        assert.ok(isMap(attributes));
        assert.deepEqual(JSON.parse(jsonCell(attributes)), { ...json });
      }),
    );
  });
});

describe("names of attributes", () => {
  for (const [title, attributes, expected] of [
    ["are sorted by their bytes", map({ é: 1n, b: 1n, B: 1n, "\uffff": 1n, "😀": 1n }), "B b é \uffff 😀"],
    ["are dotted through maps, each once", map({ a: map({ b: map({ c: 1n }) }), "a.b.c": 2n }), "a.b.c"],
    ["don't go into lists", map({ l: [map({ x: 1n })] }), "l"],
    ["don't have empty maps", map({ e: map({}), m: map({ e: map({}) }), n: null }), "n"],
    ["begin after an empty one", map({ "": map({ x: 1n }), y: map({ "": 1n }) }), "x y."],
  ] as const) {
    it(title, () => assert.equal(attributeNames(attributes).join(" "), expected));
  }
});
