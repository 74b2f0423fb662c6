import assert from "node:assert/strict";
import { type FunctionCandidate, isObserved } from "../../../../../provider/plan/stack/functionFilter";

const orders: FunctionCandidate = {
  name: "orders",
  functionName: "prod-orders",
  runtime: "python3.12",
  tags: { team: "shop", "clickstack:observe": "yes" },
};

describe("the functions of a stack that are observed", () => {
  it("are all of them by default", () => {
    assert.ok(isObserved(orders, {}));
    assert.ok(!isObserved(orders, { include: {} }), "an empty filter includes none");
    assert.ok(isObserved(orders, { exclude: {} }));
  });

  it("are chosen by name in the program or in AWS", () => {
    for (const name of ["orders", "prod-orders", "prod-*", "*", "o*s"]) {
      assert.ok(isObserved(orders, { include: { names: ["other", name] } }), name);
      assert.ok(!isObserved(orders, { exclude: { names: [name] } }), name);
    }
    for (const name of ["order", "rders", "o.*", "prod-", ""]) {
      assert.ok(!isObserved(orders, { include: { names: [name] } }), name);
    }
  });

  it("are chosen by tag", () => {
    assert.ok(isObserved(orders, { include: { tags: { team: "shop" } } }));
    assert.ok(isObserved(orders, { include: { tags: { "clickstack:observe": "*" } } }));
    assert.ok(!isObserved(orders, { include: { tags: { team: "bank", toString: "*" } } }));
  });

  it("are chosen by the start of a tag's value", () => {
    assert.ok(isObserved(orders, { include: { tags: { team: "sh*" } } }));
    assert.ok(!isObserved(orders, { include: { tags: { team: "sho" } } }));
  });

  it("are chosen by runtime", () => {
    for (const runtime of ["python3.12", "python*", "*"]) {
      assert.ok(isObserved(orders, { include: { runtimes: ["ruby*", runtime] } }), runtime);
      assert.ok(!isObserved(orders, { exclude: { runtimes: [runtime] } }), runtime);
    }
    assert.ok(!isObserved(orders, { include: { runtimes: ["python3", "nodejs*"] } }));
    const { runtime: _, ...unknown } = orders;
    assert.ok(!isObserved(unknown, { include: { runtimes: ["*"] } }), "a runtime that is not known yet");
  });

  it("are chosen by a decision of the program's own", () => {
    assert.ok(
      isObserved(orders, { include: { where: ({ runtime }) => runtime?.startsWith("python") ?? false } }),
    );
    assert.ok(!isObserved(orders, { exclude: { where: ({ tags }) => tags.team === "shop" } }));
  });

  it("are not those that are excluded, even if they are included", () => {
    assert.ok(!isObserved(orders, { include: { names: ["*"] }, exclude: { tags: { team: "*" } } }));
  });
});
