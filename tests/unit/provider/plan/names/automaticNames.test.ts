import assert from "node:assert/strict";
import { automaticNames, isAutomaticName } from "../../../../../provider/plan/names/automaticNames";

function names(configuration?: unknown, name = "orders"): string | undefined {
  const autonaming = configuration === undefined ? undefined : JSON.stringify(configuration);
  return automaticNames(name, { project: "shop", stack: "dev", autonaming });
}

describe("automatic names of functions", () => {
  it("are the name in the program with seven digits if nothing is configured", () => {
    assert.equal(names(), "orders-???????");
    assert.equal(names({}), "orders-???????");
    assert.equal(names({ mode: "default" }), "orders-???????");
    assert.equal(names({ providers: { azure: { mode: "verbatim" } } }), "orders-???????");
  });

  it("are as configured, the nearest level first", () => {
    const type = "aws:lambda/function:Function";
    assert.equal(names({ mode: "verbatim" }), "orders");
    assert.equal(names({ pattern: `\${project}-\${stack}-\${name}-\${hex(4)}` }), "shop-dev-orders-????");
    assert.equal(names({ pattern: `\${name}\${num(1)}\${alphanum(2)}\${string(3)}` }), "orders??????");
    assert.equal(names({ pattern: `f-\${uuid}` }), `f-${"?".repeat(36)}`);
    assert.equal(names({ mode: "verbatim", providers: { aws: { pattern: `a-\${name}` } } }), "a-orders");
    const resources = { [type]: { pattern: `b-\${name}` }, "aws:iam/role:Role": { mode: "verbatim" } };
    assert.equal(names({ providers: { aws: { pattern: `a-\${name}`, resources } } }), "b-orders");
    assert.equal(names({ mode: "verbatim", providers: { aws: { resources } } }), "b-orders");
  });

  it("are unknown if the configuration is not understood", () => {
    for (const configuration of [
      { mode: "disabled" },
      { mode: "later" },
      { pattern: `\${config.prefix}-\${name}` },
      { pattern: `\${organization}-\${name}` },
      { pattern: `\${name}-\${digits(3)}` },
      { pattern: `*\${name}` },
      "verbatim",
      null,
    ]) {
      assert.equal(names(configuration), undefined, JSON.stringify(configuration));
    }
    assert.equal(automaticNames("orders", { project: "p", stack: "s", autonaming: "{" }), undefined);
    assert.equal(names(undefined, "all*"), undefined);
  });

  it("are distinguished from others", () => {
    assert.ok(isAutomaticName("orders-0a1b2c3", "orders-???????"));
    for (const other of ["orders-0a1b2c", "orders-0a1b2c34", "sales-00a1b2c3", "Orders-0a1b2c3"]) {
      assert.ok(!isAutomaticName(other, "orders-???????"), other);
    }
  });
});
