import assert from "node:assert/strict";
import type { FunctionState } from "../../../cli/plan/functionState";
import type { Planner } from "../../../cli/run/changeFleet";
import type { ControlPlane } from "../../../cli/run/controlPlane";
import { FleetChanger, inOrder } from "../../../cli/run/fleetChanger";

const functionOf = (region: string, name: string): FunctionState => ({
  ...{ name, region, arn: `${region}/${name}`, architectures: ["x86_64"], packageType: "Zip" },
  ...{ role: "", logGroup: "", layers: [], variables: {} },
});
const planner: Planner = {
  plan: (of) => ({
    ...{ kind: "change", function: of, before: of, after: { layers: ["extension"], variables: {} } },
    ...{ policies: [], obsolete: [], warnings: [] },
  }),
  readsPolicies: () => false,
};

describe("functions that are changed as they are read", () => {
  /** Makes every update wait until it is allowed. */
  function held() {
    const waiting = new Map<string, () => void>();
    const plane = {
      update: (of: FunctionState, configuration: object) =>
        new Promise((resolve) => waiting.set(of.name, () => resolve({ ...of, ...configuration }))),
      read: async (region: string, name: string) => functionOf(region, name),
    } as unknown as ControlPlane;
    const counts: number[] = [];
    const options = {
      ...{ clock: { now: () => 0, sleep: async () => {} }, updateTimeoutMs: 1000, concurrency: 2 },
      planned: (changes: number) => counts.push(changes),
    };
    return { waiting, counts, changer: new FleetChanger(plane, planner, options) };
  }
  /** Resolves after everything that does not depend on an update's response. */
  const quiet = () => new Promise((resolve) => setImmediate(resolve));

  it("do not wait for other regions, and wait for those of their own that were read before", async () => {
    const { waiting, counts, changer } = held();
    const [a, b, c, d] = ["a", "b", "c", "d"].map((name) => functionOf("eu-west-1", name));
    const other = functionOf("us-east-1", "other");
    changer.begin([a, b, c] as FunctionState[]);
    await quiet();
    assert.deepEqual([...waiting.keys()], ["a", "b"]);
    changer.begin([other]);
    changer.begin([d] as FunctionState[]);
    await quiet();
    assert.deepEqual([...waiting.keys()], ["a", "b", "other"]);
    assert.deepEqual(counts, [3, 1, 1]);
    assert.equal((await changer.planned()).length, 5);
    const changed = changer.changed();
    for (const name of ["b", "a", "c", "other", "d"]) {
      waiting.get(name)?.();
      await quiet();
    }
    const ordered = inOrder(await changed, [other, d, a] as FunctionState[]);
    assert.deepEqual(
      ordered.map(({ function: of, kind }) => `${of.name} ${kind}`),
      ["other changed", "d changed", "a changed"],
    );
  });

  it("are not begun once the run was interrupted, and then count as planned", async () => {
    const controller = new AbortController();
    const plane = {} as ControlPlane;
    const clock = { now: () => 0, sleep: async () => {} };
    const options = { clock, updateTimeoutMs: 1000, concurrency: 2, signal: controller.signal };
    const changer = new FleetChanger(plane, planner, options);
    controller.abort();
    changer.begin([functionOf("eu-west-1", "a")]);
    assert.deepEqual(
      (await changer.changed()).map(({ kind }) => kind),
      ["planned"],
    );
    await changer.settled();
  });
});
