import assert from "node:assert/strict";
import type { Sandbox } from "../../../sandbox";
import { assertAllArrived, type Invoked, invokeAll } from "./arrivals";
import { extensionLines, ingestionKey, ObservedSandbox, runtimes } from "./observedSandbox";

const functions = { "node-orders": runtimes["Node.js 20"], "python-orders": runtimes.Python };
const nextKey = "key-after-the-rotation";
const OUTAGE_MS = 30_000;
const TIMEOUT_SECONDS = 3;

describe("the extension over a long time", () => {
  let bench: ObservedSandbox;
  afterEach(() => bench?.close());

  it("loses nothing while the backend is down for 30 s, returns and requires another key", async () => {
    bench = await ObservedSandbox.open();
    const invoked = new Map<string, Invoked[]>();
    const sandboxes = new Map<string, Sandbox>();
    for (const [name, definition] of Object.entries(functions)) {
      const changes = { ...definition, timeoutSeconds: TIMEOUT_SECONDS };
      sandboxes.set(name, await bench.start(name, changes));
      invoked.set(name, []);
    }
    const each = async (work: (sandbox: Sandbox) => Promise<Invoked[]>): Promise<void> => {
      const runs = [...sandboxes].map(async ([name, sandbox]) =>
        invoked.get(name)?.push(...(await work(sandbox))),
      );
      await Promise.all(runs);
    };

    await each((sandbox) => invokeAll(sandbox, 60, 50));
    // Everything is frozen: no request is pending whose response could get lost.
    await bench.killClickHouse();
    const backAt = Date.now() + OUTAGE_MS;
    await each((sandbox) => invokeAll(sandbox, 20, 500));
    await bench.storeSecret(nextKey);
    await each((sandbox) => invokeAll(sandbox, 20, 500));
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, backAt - Date.now())));
    await bench.restartClickHouse(nextKey);
    await each((sandbox) => invokeAll(sandbox, 100, 100));
    await Promise.all([...sandboxes.values()].map((sandbox) => sandbox.shutdown()));

    const { logs } = await bench.clickhouse.stats();
    assert.ok(logs.refused > 0, "the backend has refused the old key");
    for (const [name, sandbox] of sandboxes) {
      const all = invoked.get(name) ?? [];
      assert.equal(all.length, 200);
      // The first request after an outage may be stored twice (docs/reliability.md).
      await assertAllArrived(bench.clickhouse, all, name, { repeated: true });
      assertBounded(all);
      const said = extensionLines(sandbox).join("\n");
      assert.match(said, /WARN/);
      for (const key of [ingestionKey, nextKey]) assert.ok(!said.includes(key), "no key is in the log");
    }
  });
});

/** No invocation is delayed by more than a probe and a new key may take, and most are hardly delayed. */
function assertBounded(invoked: Invoked[]): void {
  const ends = new Set(invoked.map(({ status }) => status));
  assert.deepEqual([...ends].sort(), ["error", "success"], "no timeout, no failure");
  const shares = invoked.map(({ extensionOverheadMs }) => extensionOverheadMs).sort((a, b) => b - a);
  const [longest = 0] = shares;
  assert.ok(longest < TIMEOUT_SECONDS * 1000, `${longest} ms`);
}
