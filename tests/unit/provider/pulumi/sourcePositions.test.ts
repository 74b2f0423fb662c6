import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { withoutPositions } from "../../../../provider/pulumi/sourcePositions";

/** Pulumi's own, private function; if this fails, decision 8 says what is lost without it. */
const finder = pulumi.Resource as unknown as { stackTrace: (skip: number) => unknown[] };

describe("resources without positions", () => {
  it("leave Pulumi's own way to find positions as it was, also when making them fails", () => {
    const own = finder.stackTrace;
    assert.ok(own.call(pulumi.Resource, 1).length > 0, "Pulumi finds positions by another function now");
    assert.deepEqual(
      withoutPositions(() => finder.stackTrace(1)),
      [],
    );
    assert.equal(finder.stackTrace, own);
    assert.throws(() =>
      withoutPositions(() => {
        throw new Error("wrong arguments");
      }),
    );
    assert.equal(finder.stackTrace, own);
  });
});
