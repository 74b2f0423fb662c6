import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { withDependencies } from "../../../provider/pulumi/resultDependencies";
import { runMocked } from "../mockedStack";

const output = {
  "4dabf18193072939515e22adb298388d": "d0e6a833031e9bbcd3f4e8bde6ca49a4",
};
const urn = "urn:pulumi:s::p::some:index:Thing::a";

describe("the dependencies of a transform's result", () => {
  for (const [what, make, expected] of [
    ["a plain value", () => "arn", { value: "arn" }],
    ["an output", () => pulumi.output({ a: ["arn"] }), { value: { a: ["arn"] } }],
    ["a secret", () => pulumi.secret("arn"), { value: "arn", secret: true }],
    ["an unknown value", () => pulumi.output(pulumi.unknown), {}],
  ] as const) {
    it(`are in the engine's mark of an output, and the value stays what it is: ${what}`, async () => {
      const { result } = await runMocked(
        async () => {
          const marked = await withDependencies(make(), [urn, urn]);
          return pulumi.runtime.serializeProperties("test", { marked });
        },
        { preview: true },
      );
      assert.deepEqual((await result).marked, { ...output, ...expected, dependencies: [urn] });
    });
  }
});
