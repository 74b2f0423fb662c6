import assert from "node:assert/strict";
import { faultFigures, median } from "../../../bench/faultFigures";

describe("figures of faults", () => {
  it("are the costs that a fault adds to a healthy environment, by invocation", () => {
    const healthy = [
      [10, 2, 2, 2],
      [12, 2, 2, 2],
    ];
    const faulty = [
      [1011, 502, 2, 3],
      [1013, 502, 2, 3],
      [911, 702, 2, 3],
    ];
    assert.deepEqual(faultFigures(healthy, faulty), { first: 1000, learnt: 0.5, most: 1000, all: 1503 });
  });

  it("compare as many invocations as every environment had", () => {
    const figures = faultFigures([[1, 1, 1]], [[2, 3]]);
    assert.deepEqual(figures, { first: 1, learnt: 2, most: 2, all: 3 });
  });

  it("have the middle of an odd and an even number of values, and none of nothing", () => {
    assert.equal(median([3, 1, 2]), 2);
    assert.equal(median([4, 1, 2, 3]), 2.5);
    assert.ok(Number.isNaN(median([])));
  });
});
