import assert from "node:assert/strict";
import { gzipSync } from "node:zlib";
import { measure, measureAdded, nodeBaseline } from "../../../bench/harness";
import { contents } from "../../../bench/harness/sinks";
import { statistic } from "../../../bench/harness/statistics";
import { bodies } from "../../../bench/harness/telemetryDelivery";

describe("the benchmark's harness", () => {
  const baseline = { ...nodeBaseline, env: { ...nodeBaseline.env, BASELINE_OTLP_PORT: "0" } };

  it("measures an extension over TLS, whose every line arrives", async () => {
    const [measured] = await measure([baseline], { runs: 1, events: 1500, laterEvents: 3, invocations: 2 });
    assert.deepEqual(measured?.errors, []);
    assert.deepEqual([measured?.runs, measured?.runsEnded], [1, 1]);
    assert.deepEqual([measured?.linesSent, measured?.linesArrived], [1503, 1503]);
    for (const figure of ["initMs", "peakKb", "cpuMs", "cpuFirstMs", "addedFirstMs", "takenFirstMs"] as const)
      assert.ok((measured?.[figure].median ?? 0) > 0, figure);
  });

  it("names the step at which an extension failed", async () => {
    const idle = { name: "idle", cmd: "/bin/false", env: {} };
    const [measured] = await measure([idle], { runs: 1 });
    assert.equal(measured?.runsEnded, 0);
    assert.match(measured?.errors[0] ?? "", /did not ask for event 1 .*\n\(it ended: 1\)/);
    assert.deepEqual(await measureAdded([idle], { runs: 1 }), [[[]]]);
  });

  it("delivers as many events at a time as the subscription takes", () => {
    const event = (record: string) => ({ time: "t", type: "function", record });
    const size = JSON.stringify(event("a")).length;
    const parts = (limits: { maxItems: number; maxBytes: number }) =>
      [...bodies(["a", "b", "c"].map(event), limits)].map((body) => JSON.parse(body).length);
    assert.deepEqual(parts({ maxItems: 2, maxBytes: 10_000 }), [2, 1]);
    assert.deepEqual(parts({ maxItems: 10, maxBytes: 2 + 3 * (size + 1) }), [3]);
    assert.deepEqual(parts({ maxItems: 10, maxBytes: 2 * (size + 1) + 2 }), [2, 1]);
    assert.deepEqual(parts({ maxItems: 10, maxBytes: 1 }), [1, 1, 1]);
    assert.deepEqual([...bodies([], { maxItems: 1, maxBytes: 1 })], []);
  });

  it("reads the messages of gRPC, each compressed or not", () => {
    const frame = (compressed: boolean, message: string) => {
      const content = compressed ? gzipSync(message) : Buffer.from(message);
      const head = Buffer.alloc(5);
      head[0] = compressed ? 1 : 0;
      head.writeUInt32BE(content.length, 1);
      return Buffer.concat([head, content]);
    };
    const headers = { "content-type": "application/grpc+proto", "grpc-encoding": "gzip" };
    const body = Buffer.concat([frame(true, "one"), frame(false, "two")]);
    assert.deepEqual([...contents(headers, body)].map(String), ["one", "two"]);
    assert.deepEqual([...contents({ "content-encoding": "gzip" }, gzipSync("three"))].map(String), ["three"]);
    assert.throws(() => [...contents({ "content-encoding": "lzw" }, body)], /unknown encoding lzw/);
  });

  it("has the median of an odd and an even number of values, and none of nothing", () => {
    assert.deepEqual(statistic([3, null, 1, 2, undefined]), { median: 2, p90: 2.8, min: 1, max: 3 });
    assert.equal(statistic([1, 2]).median, 1.5);
    assert.deepEqual(statistic([]), { median: null, p90: null, min: null, max: null });
  });
});
