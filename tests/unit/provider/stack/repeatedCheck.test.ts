import assert from "node:assert/strict";
import { setImmediate } from "node:timers/promises";
import { checkAgain } from "../../../../provider/stack/repeatedCheck";

/** A clock that only advances on request. */
function standingClock() {
  const waiting: { seconds: number; action: () => void }[] = [];
  return {
    waiting,
    after: (seconds: number, action: () => void) => void waiting.push({ seconds, action }),
    /** Ends the only pause, and lets the following steps run. */
    async goOn(): Promise<number> {
      const [next, ...others] = waiting.splice(0);
      assert.ok(next !== undefined && others.length === 0, "one pause at a time");
      next.action();
      await setImmediate();
      return next.seconds;
    },
  };
}

describe("a repeated check", () => {
  it("comes after each pause, and ends with the last", async () => {
    const clock = standingClock();
    let checks = 0;
    const reports: string[] = [];
    const check = async () => void checks++;
    checkAgain({ check, report: ({ message }) => reports.push(message) }, [3, 10, 30], clock);
    assert.equal(checks, 0);
    const pauses = [await clock.goOn(), await clock.goOn(), await clock.goOn()];
    assert.deepEqual([pauses, checks, clock.waiting, reports], [[3, 10, 30], 3, [], []]);
  });

  it("counts a pause from the end of the check before", async () => {
    const clock = standingClock();
    let end = () => {};
    const check = () => new Promise<void>((resolve) => (end = resolve));
    checkAgain({ check, report: () => {} }, [1, 2], clock);
    await clock.goOn();
    assert.deepEqual(clock.waiting, []);
    end();
    await setImmediate();
    assert.equal(await clock.goOn(), 2);
  });

  it("reports problems once, and then ends, even if nothing receives the report", async () => {
    for (const fails of [false, true]) {
      const clock = standingClock();
      const reports: string[] = [];
      let checks = 0;
      const check = async () => {
        if (++checks === 2) throw new Error("orders came too early");
      };
      const report = async ({ message }: Error) => {
        reports.push(message);
        if (fails) throw new Error("the engine is gone");
      };
      checkAgain({ check, report }, [3, 10, 30, 60], clock);
      await clock.goOn();
      await clock.goOn();
      assert.deepEqual([reports, checks, clock.waiting], [["orders came too early"], 2, []]);
    }
  });

  it("does nothing without a pause", () => {
    const clock = standingClock();
    checkAgain({ check: async () => {}, report: () => {} }, [], clock);
    assert.deepEqual(clock.waiting, []);
  });
});
