import assert from "node:assert/strict";
import { FaultPlan } from "../../../../../sandbox/clickhouse/base/faults";

describe("faults of the intake", () => {
  it("last until they are ended", () => {
    const plan = new FaultPlan();
    assert.equal(plan.take("logs", 0), undefined);
    plan.set({ status: 503 }, 0);
    assert.equal(plan.take("logs", 1e12)?.status, 503);
    plan.set(undefined, 0);
    assert.equal(plan.take("logs", 0), undefined);
  });

  it("end after a number of requests of the signals concerned", () => {
    const plan = new FaultPlan();
    plan.set({ drop: true, signals: ["traces"], requests: 2 }, 0);
    const signals = ["logs", "traces", "logs", "traces", "traces"] as const;
    assert.deepEqual(
      signals.map((signal) => plan.take(signal, 0) !== undefined),
      [false, true, false, true, false],
    );
  });

  it("end after a time", () => {
    const plan = new FaultPlan();
    plan.set({ status: 429, durationMs: 100 }, 1000);
    assert.equal(plan.take("logs", 1099)?.status, 429);
    assert.equal(plan.take("logs", 1100), undefined);
    assert.equal(plan.take("logs", 1050), undefined);
  });
});
