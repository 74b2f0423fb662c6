import assert from "node:assert/strict";
import { assumptions, costOf } from "../../../cli/plan/cost";
import { observedSum } from "../../../cli/plan/status";

describe("the exit code of status", () => {
  const functions = [{ observed: "command" }, { observed: "none" }] as const;

  it("counts the functions that were read, and names the regions that were not", () => {
    assert.equal(observedSum(functions, []), "1 of 2 functions are observed");
    const unread = "the functions of eu-west-1, us-east-1 could not be read";
    assert.equal(
      observedSum(functions, ["eu-west-1", "us-east-1"]),
      `1 of 2 functions are observed; ${unread}`,
    );
    assert.equal(observedSum([], ["eu-west-1", "us-east-1"]), unread);
    assert.equal(observedSum([], []), "no function was found");
  });
});

describe("the costs in status", () => {
  it("is an estimate if the price is neither given nor from AWS's list", () => {
    const listed = new Map([["us-east-1", 0.5]]);
    const isEstimate = (region: string, given?: number) =>
      costOf(1e9, region, given === undefined ? { listed } : { given }).isEstimate;
    assert.deepEqual(
      ["us-east-1", "eu-west-1", "eu-south-1"].map((one) => isEstimate(one)),
      [...[false, true, true]],
    );
    assert.ok(!isEstimate("eu-west-1", 0.4));
    assert.equal(costOf(2e9, "eu-west-1", { given: 0.4 }).dollars, 0.8);
    assert.equal(costOf(2e9, "eu-west-1", { listed: new Map([["eu-west-1", 0.6]]) }).dollars, 1.2);
    const [, prices = "", , estimates] = assumptions(["us-east-1", "eu-west-1"], { listed });
    assert.match(prices, /us-east-1 \$0\.5, eu-west-1 about \$0\.57,/);
    assert.match(estimates ?? "", /^The price of eu-west-1 is an estimate.* or pass --price\.$/);
    assert.equal(assumptions(["us-east-1"], { listed }).length, 3);
    assert.equal(assumptions(["us-east-1"]).length, 4);
  });
});
