import assert from "node:assert/strict";
import fc from "fast-check";
import { checkPairs, keyValueList, keyValuePairs } from "../../../../../provider/plan/telemetry/keyValueList";

const arn = "arn:aws:secretsmanager:eu-west-1:123456789012:secret:a=b,c-AbC123";

describe("lists of pairs", () => {
  it("are read as they were written", () => {
    const separator = fc.constantFrom('"', "=", ",", "\\", " ", "\t", "$", "{", "}", "${", "a");
    const separators = fc.array(separator).map((parts) => parts.join(""));
    const value = fc.oneof(fc.string(), separators).filter((text) => !/[\r\n]/.test(text));
    const pairs = fc.dictionary(fc.stringMatching(/^[A-Za-z-]{1,8}$/), value);
    fc.assert(
      fc.property(pairs, (written) => {
        const read = keyValuePairs(keyValueList(written)).map(({ key, value }) => [key, value]);
        assert.deepEqual(read, Object.entries(written));
      }),
      { numRuns: 2000 },
    );
  });

  it("are read as the extension reads them", () => {
    assert.deepEqual(keyValuePairs(`Authorization=Bearer \${${arn}} , ,x=1`), [
      { key: "Authorization", value: `Bearer \${${arn}}` },
      { key: "x", value: "1" },
    ]);
    assert.deepEqual(keyValuePairs('"a=1,b=\\"2,3\\""'), [
      { key: "a", value: "1" },
      { key: "b", value: "2,3" },
    ]);
    assert.deepEqual(keyValuePairs(`\${${arn}},"b=2,3"`), [
      { value: `\${${arn}}` },
      { key: "b", value: "2,3" },
    ]);
    assert.deepEqual(keyValuePairs('q=say "hi",r=\\'), [
      { key: "q", value: 'say "hi"' },
      { key: "r", value: "\\" },
    ]);
  });
});

describe("lists of pairs that are written", () => {
  it("put a value in quotes only if it could be misread", () => {
    const pairs = { a: "Bearer x=y", b: "1,2", c: ' "q" ', d: "back\\slash", e: 'say "hi"' };
    assert.equal(keyValueList(pairs), 'a=Bearer x=y,b="1,2",c=" \\"q\\" ",d=back\\slash,e=say "hi"');
  });

  it("refuse values that they cannot represent", () => {
    const found = checkPairs({ "a b": "x", "": "x", "x=y": "x", good: "x", lines: "a\nb" }, "headers");
    assert.deepEqual(
      found.map(({ propertyPath }) => propertyPath),
      ['headers["a b"]', 'headers[""]', 'headers["x=y"]', 'headers["lines"]'],
    );
  });
});
