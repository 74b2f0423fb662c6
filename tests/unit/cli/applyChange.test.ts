import assert from "node:assert/strict";
import type { PlannedChange } from "../../../cli/plan/change";
import type { Configuration, FunctionState } from "../../../cli/plan/functionState";
import { applyChange, type Outcome } from "../../../cli/run/applyChange";
import type { ControlPlane } from "../../../cli/run/controlPlane";

const planned: FunctionState = {
  ...{ name: "orders", region: "eu-west-1", arn: "", runtime: "nodejs22.x", architectures: ["x86_64"] },
  ...{ packageType: "Zip", role: "role", logGroup: "", layers: [], variables: { STAGE: "live" } },
  revisionId: "1",
};
const after: Configuration = { layers: ["extension"], variables: { STAGE: "live", ADDED: "yes" } };
const change: PlannedChange = {
  ...{ kind: "change", function: planned, before: planned, after },
  ...{ policies: [], obsolete: [], warnings: [] },
};

/** Applies the change to a function that differs from its listing, so that the first update is refused. */
async function applied(current: Partial<FunctionState>, refusal: string) {
  let stored: FunctionState = { ...planned, revisionId: "2", ...current };
  const named: (string | undefined)[] = [];
  const plane = {
    read: async () => stored,
    async update({ revisionId }: Pick<FunctionState, "revisionId">, configuration: Configuration) {
      named.push(revisionId);
      if (named.length === 1) throw Object.assign(new Error("refused"), { name: refusal });
      stored = { ...stored, ...configuration };
      return stored;
    },
  } as Partial<ControlPlane> as ControlPlane;
  const clock = { now: () => 0, sleep: async () => {} };
  const outcome: Outcome = await applyChange(plane, change, { clock, updateTimeoutMs: 1000 });
  return { kind: outcome.kind, named, stored };
}

describe("a change whose update is refused", () => {
  for (const refusal of ["ResourceConflictException", "PreconditionFailedException"]) {
    it(`is applied to the current function if only its code was deployed: ${refusal}`, async () => {
      const { kind, named, stored } = await applied({}, refusal);
      assert.deepEqual([kind, named, stored.layers], ["changed", ["1", "2"], after.layers]);
    });

    it(`is abandoned if the basis of the plan was changed: ${refusal}`, async () => {
      const meanwhile = [{ variables: {} }, { layers: ["other"] }, { runtime: "java21" }, { role: "other" }];
      for (const changed of meanwhile) {
        const { kind, named, stored } = await applied(changed, refusal);
        assert.deepEqual([kind, named], ["restored", ["1"]]);
        assert.deepEqual(stored, { ...planned, revisionId: "2", ...changed });
      }
    });

    it(`counts as done if the update was applied and its response got lost: ${refusal}`, async () => {
      const { kind, named } = await applied(after, refusal);
      assert.deepEqual([kind, named], ["changed", ["1"]]);
    });
  }
});
