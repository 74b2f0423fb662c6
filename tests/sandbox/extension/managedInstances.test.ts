import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { InvocationResult, Sandbox } from "../../../sandbox";
import { readLogs, readSpans, type StoredLog, type StoredSpan } from "../../../sandbox/clickhouse/telemetry";
import { type ConcurrentEvent, concurrentFunction } from "../lambda/concurrentRuntime";
import { functionLogs } from "./arrivals";
import { ObservedSandbox } from "./observedSandbox";

const CONCURRENCY = 8;
const ROUNDS = 3;

/** Every invocation waits for all others of its round, so that as many run at the same time as Lambda allows by default. */
const nodeSource = `
const rounds = new Map();
exports.handler = async ({ round, together, name, fail }) => {
  console.log(name, "begins");
  const arrived = rounds.get(round) ?? { count: 0 };
  rounds.set(round, arrived);
  arrived.all ??= new Promise((resolve) => { arrived.release = resolve; });
  arrived.count += 1;
  if (arrived.count === together) arrived.release();
  await arrived.all;
  console.warn(name, "ends");
  if (fail) throw new RangeError(name + " failed");
  return name;
};
`;

describe("the extension on Managed Instances", () => {
  // One for all tests, each of which has its own service.
  let bench: ObservedSandbox;
  before(async () => {
    bench = await ObservedSandbox.open();
  });
  after(() => bench.close());

  const linesOf = async (service: string): Promise<StoredLog[]> =>
    functionLogs(await readLogs(bench.clickhouse, { service }));

  async function start(name: string, timeoutSeconds = 10): Promise<Sandbox> {
    const definition = await concurrentFunction(bench.directory, CONCURRENCY);
    return bench.start(name, { ...definition, timeoutSeconds });
  }

  /**
   * Waits for what the extension sends on its own, without another invocation. On a slow machine, fetching the key may take
   * longer than the time at SHUTDOWN: a test that ends an environment waits for at least one line of it.
   */
  async function stored(service: string, count: number): Promise<StoredLog[]> {
    for (;;) {
      const logs = await linesOf(service);
      if (logs.length >= count) return logs;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  async function spansOf(service: string): Promise<Map<string, StoredSpan>> {
    const spans = (await readSpans(bench.clickhouse, { service })).filter(({ kind }) => kind === "Server");
    const byId = new Map(spans.map((span) => [span.invocationId, span]));
    assert.equal(byId.size, spans.length, "one span for each invocation");
    return byId;
  }

  it("keeps the lines of 3 × 8 interleaved invocations apart, each once and under its span", async () => {
    const sandbox = await start("interleaved");
    const invoked = new Map<string, InvocationResult>();
    for (let round = 0; round < ROUNDS; round += 1) {
      const events: ConcurrentEvent[] = Array.from({ length: CONCURRENCY }, (_, index) => ({
        name: `${round}-${index}`,
        round: String(round),
        together: CONCURRENCY,
        lines: 3,
        plain: 1,
        ...(index === 0 ? { fail: "no customer" } : {}),
      }));
      await Promise.all(
        events.map(async (event) => invoked.set(event.name ?? "", await sandbox.invoke(event))),
      );
    }
    await stored("interleaved", 1);
    await sandbox.shutdown();
    const logs = await linesOf("interleaved");
    const expected = [...invoked.keys()].flatMap((name) => [
      ...[0, 1, 2].map((line) => `${name} line ${line}`),
      `${name} plain 0`,
    ]);
    assert.deepEqual(logs.map(({ body }) => body).sort(), expected.sort());
    const spans = await spansOf("interleaved");
    assert.equal(spans.size, ROUNDS * CONCURRENCY);
    for (const [name, { requestId, status }] of invoked) {
      const span = spans.get(requestId);
      assert.ok(span);
      assert.equal(span.status === "Error", status === "error", name);
      assert.equal(span.attributes["faas.coldstart"], "false");
      const own = logs.filter(({ body }) => body.startsWith(`${name} line`));
      for (const { invocationId, traceId, spanId } of own)
        assert.deepEqual([invocationId, traceId, spanId], [requestId, span.traceId, span.spanId], name);
    }
    // A line that does not name its invocation is assigned to none, rather than to a wrong one.
    const plain = logs.filter(({ body }) => body.includes("plain"));
    assert.deepEqual([...new Set(plain.map(({ invocationId }) => invocationId))], [""]);
  });

  it("sends in a rhythm while nothing is invoked, marks a timeout, and the rest at shutdown", async () => {
    const sandbox = await start("rhythm", 1);
    const [late, quick] = await Promise.all([
      sandbox.invoke({ name: "late", lines: 1, plain: 1, sleepMs: 1_300 }),
      sandbox.invoke({ name: "quick", lines: 1 }),
    ]);
    assert.deepEqual([late.status, quick.status], ["timeout", "success"]);
    // The last one comes from the late thread, whose response is refused: its code continues to run.
    const logs = await stored("rhythm", 4);
    assert.deepEqual(
      logs.map(({ body, invocationId }) => [body, invocationId]).sort(),
      [
        ["answer refused 410", ""],
        ["late line 0", late.requestId],
        ["late plain 0", ""],
        ["quick line 0", quick.requestId],
      ].sort(),
    );
    const last = await sandbox.invoke({ name: "last", lines: 2 });
    await sandbox.shutdown();
    const left = functionLogs(await readLogs(bench.clickhouse, { invocationId: last.requestId }));
    assert.deepEqual(left.map(({ body }) => body).sort(), ["last line 0", "last line 1"]);
    const spans = await spansOf("rhythm");
    assert.deepEqual(
      [late, quick, last].map(({ requestId }) => spans.get(requestId)?.status),
      ["Error", "Unset", "Unset"],
    );
  });

  it("marks all invocations in progress when the runtime exited, and continues in the next environment", async () => {
    const sandbox = await start("ended");
    const before = await sandbox.invoke({ name: "before", lines: 1 });
    await stored("ended", 1);
    const failed = await Promise.all([
      sandbox.invoke({ name: "a", round: "0", together: 2, lines: 1, sleepMs: 5_000 }),
      sandbox.invoke({ name: "b", round: "0", together: 2, lines: 1, sleepMs: 200, exit: 7 }),
    ]);
    const next = await sandbox.invoke({ name: "next", lines: 1 });
    await stored("ended", 4);
    await sandbox.shutdown();
    const spans = await spansOf("ended");
    assert.equal(spans.size, 4);
    for (const { requestId } of failed) {
      const span = spans.get(requestId);
      assert.deepEqual([span?.status, span?.attributes["error.type"]], ["Error", "Runtime.ExitError"]);
    }
    for (const { requestId } of [before, next]) assert.equal(spans.get(requestId)?.status, "Unset");
    const logs = await linesOf("ended");
    assert.deepEqual(
      logs.map(({ body, invocationId }) => [body, invocationId]).sort(),
      [before, ...failed, next]
        .map(({ requestId }, index) => [`${["before", "a", "b", "next"][index]} line 0`, requestId])
        .sort(),
    );
  });

  it("Node.js with AWS's own client: 2 × 64 overlapping invocations, errors under their spans", async () => {
    const code = join(bench.directory, "node");
    mkdirSync(code);
    writeFileSync(join(code, "index.js"), nodeSource);
    const sandbox = await bench.start("overlapping", {
      code,
      runtime: "nodejs22.x",
      version: "3",
      memorySizeMb: 2048,
      timeoutSeconds: 30,
      initializationType: "lambda-managed-instances",
      environment: { AWS_LAMBDA_NODEJS_WORKER_COUNT: "1" },
    });
    const together = 64;
    const invoked: { name: string; fail: boolean; result: InvocationResult }[] = [];
    for (const round of [0, 1]) {
      const invocations = Array.from({ length: together }, async (_, index) => {
        const [name, fail] = [`${round}-${index}.`, index % 16 === 0];
        return { name, fail, result: await sandbox.invoke({ round, together, name, fail }) };
      });
      invoked.push(...(await Promise.all(invocations)));
    }
    await stored("overlapping", 1);
    await sandbox.shutdown();
    const logs = await linesOf("overlapping");
    const spans = await spansOf("overlapping");
    assert.equal(spans.size, 2 * together);
    for (const { name, fail, result } of invoked) {
      const { requestId, status } = result;
      const span = spans.get(requestId);
      assert.deepEqual([status, span?.status], fail ? ["error", "Error"] : ["success", "Unset"], name);
      const own = logs.filter(({ invocationId }) => invocationId === requestId);
      assert.equal(own.length, fail ? 3 : 2, name);
      assert.ok(own.every(({ body, spanId }) => body.includes(name) && spanId === span?.spanId));
    }
    assert.equal(logs.length, 2 * (2 * together + 4));
  });
});
