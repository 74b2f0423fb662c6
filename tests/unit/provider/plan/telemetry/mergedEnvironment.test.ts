import assert from "node:assert/strict";
import fc from "fast-check";
import {
  checkPairs,
  keyValueList,
  mergeEnvironment,
  type PlannedVariable,
} from "../../../../../provider/plan/telemetry/mergedEnvironment";
import { telemetryVariables } from "../../../../../provider/plan/telemetry/variables";

const names = fc.constantFrom("A", "B", "C", "ROTEL_OTLP_EXPORTER_ENDPOINT");
const own = fc.dictionary(names, fc.string());
const planned: fc.Arbitrary<PlannedVariable<string>[]> = fc.array(
  fc.record({
    name: names,
    value: fc.string(),
    origin: fc.constantFrom("endpoint", "settings.x"),
    isDefault: fc.boolean(),
  }),
);

describe("the environment of a function", () => {
  it("never loses or changes a variable of the user's own", () => {
    fc.assert(
      fc.property(own, planned, (variables, more) => {
        const merged = mergeEnvironment(variables, more);
        for (const [name, value] of Object.entries(variables)) assert.equal(merged.variables[name], value);
      }),
    );
  });

  it("holds every variable that was planned, or has a problem for it that names both origins", () => {
    fc.assert(
      fc.property(own, planned, (variables, more) => {
        const { variables: merged, problems } = mergeEnvironment(variables, more);
        const firm = more.filter(({ isDefault }) => !isDefault);
        for (const { name } of more) assert.ok(name in merged);
        const wanted = new Map<string, number>();
        for (const name of [...Object.keys(variables), ...firm.map((one) => one.name)]) {
          wanted.set(name, (wanted.get(name) ?? 0) + 1);
        }
        const surplus = [...wanted.values()].reduce((sum, count) => sum + count - 1, 0);
        assert.equal(problems.length, surplus);
      }),
    );
  });

  it("says nothing of the values in a conflict", () => {
    const { problems } = mergeEnvironment({ KEY: "hush" }, [
      { name: "KEY", value: "hush", origin: "endpoint" },
    ]);
    assert.deepEqual(problems, [
      {
        propertyPath: "environment.variables.KEY",
        reason: "KEY is set by endpoint and by environment.variables.KEY. Remove one of them",
      },
    ]);
  });

  it("has the protocol as a default that any other origin replaces", () => {
    const variables = telemetryVariables(
      { endpoint: "https://x", settings: { otlpExporterProtocol: "grpc" } },
      (text) => text,
    );
    const merged = mergeEnvironment({}, variables);
    assert.deepEqual(merged.problems, []);
    assert.equal(merged.variables.ROTEL_OTLP_EXPORTER_PROTOCOL, "grpc");
    const twice = telemetryVariables(
      { protocol: "http", settings: { otlpExporterProtocol: "grpc" } },
      (text) => text,
    );
    assert.equal(mergeEnvironment({}, twice).problems.length, 1);
  });

  it("has nothing where nothing is configured", () => {
    assert.deepEqual(
      telemetryVariables({ settings: {} }, (text) => text),
      [],
    );
  });
});

describe("lists of key=value", () => {
  it("put a value in quotes only where it could be misread", () => {
    const pairs = { a: "Bearer x=y", b: "1,2", c: ' "q" ', d: "back\\slash", e: 'say "hi"' };
    assert.equal(keyValueList(pairs), 'a=Bearer x=y,b="1,2",c=" \\"q\\" ",d=back\\slash,e=say "hi"');
  });

  it("refuse what they cannot carry", () => {
    const found = checkPairs({ "a b": "x", "": "x", "x=y": "x", good: "x", lines: "a\nb" }, "headers");
    assert.deepEqual(
      found.map(({ propertyPath }) => propertyPath),
      ['headers["a b"]', 'headers[""]', 'headers["x=y"]', 'headers["lines"]'],
    );
  });
});
