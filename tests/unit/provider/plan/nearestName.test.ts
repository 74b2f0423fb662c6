import assert from "node:assert/strict";
import { nearestName } from "../../../../provider/plan/nearestName";

describe("names", () => {
  it("suggest one that is near, whatever its spelling", () => {
    assert.equal(nearestName("US_EAST-2", ["us-west-2", "us-east-2"]), "us-east-2");
    assert.equal(nearestName("mars", ["us-west-2", "us-east-2"]), undefined);
  });
});
