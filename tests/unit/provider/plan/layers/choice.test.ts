import assert from "node:assert/strict";
import { chooseLayer } from "../../../../../provider/plan/layers/choice";

describe("layers", () => {
  it("are chosen by explicit ARN, else by region and architecture", () => {
    const layerVersionArns = { "eu-west-1": { x86_64: "a" } };
    assert.deepEqual(chooseLayer({ layerVersionArn: "x" }, "eu-west-3", "arm64"), { layerVersionArn: "x" });
    assert.deepEqual(chooseLayer({ layerVersionArns }, "eu-west-1", "x86_64"), { layerVersionArn: "a" });
    const elsewhere = chooseLayer({ layerVersionArns }, "eu-west-3", "x86_64");
    assert.match("problem" in elsewhere ? elsewhere.problem.reason : "", /eu-west-3.*layers in eu-west-1/);
  });
});
