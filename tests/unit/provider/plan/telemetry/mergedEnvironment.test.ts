import assert from "node:assert/strict";
import fc from "fast-check";
import {
  mergeEnvironment,
  type PlannedVariable,
} from "../../../../../provider/plan/telemetry/mergedEnvironment";

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

  it("contains every planned variable, or a problem for it that names both origins", () => {
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

  it("does not show the values in a conflict", () => {
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
});
