import assert from "node:assert/strict";
import fc from "fast-check";
import { batches } from "../../../../sandbox/aws/cloudWatchLogs";

describe("batches for PutLogEvents", () => {
  it("hold every line once, by time, within the limits", () => {
    const line = fc.record({
      timestamp: fc.nat(100),
      message: fc.nat(300_000).map((length) => "x".repeat(length)),
    });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), (lines) => {
        const cut = batches(lines);
        const kept = lines.filter(({ message }) => message !== "").sort((a, b) => a.timestamp - b.timestamp);
        assert.deepEqual(cut.flat(), kept);
        for (const batch of cut) {
          assert.ok(batch.length > 0);
          assert.ok(batch.reduce((sum, { message }) => sum + message.length + 26, 0) <= 1_048_576);
        }
      }),
      { numRuns: 30 },
    );
  });

  it("hold ten thousand events at most", () => {
    const lines = Array.from({ length: 25_000 }, (_, timestamp) => ({ timestamp, message: "x" }));
    assert.deepEqual(
      batches(lines).map((batch) => batch.length),
      [10_000, 10_000, 5_000],
    );
  });
});
