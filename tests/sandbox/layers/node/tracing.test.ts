import assert from "node:assert/strict";
import type { InvocationResult, Sandbox } from "../../../../sandbox";
import { readLogs, readSpans } from "../../../../sandbox/clickhouse/telemetry";
import { functionLogs } from "../../extension/arrivals";
import { TracedSandbox } from "./tracedSandbox";

// The extension has to have heard of the invocation when its span comes: the handler takes some time, and the extension, which
// flushes at the end of each invocation, has nothing else to do at the beginning of the next.
const environment = { CLICKSTACK_FLUSH_MODE: "end" };
const body = `async (event) => {
  console.log("line of " + event.number);
  await new Promise((resolve) => setTimeout(resolve, 25));
  return { number: event.number };
}`;
const commonJs = { "index.js": `exports.handler = ${body};` };
const esModule = { "index.mjs": `export const handler = ${body};` };

async function invokeMany(sandbox: Sandbox, count: number): Promise<InvocationResult[]> {
  const done: InvocationResult[] = [];
  for (let number = 0; number < count; number += 1) done.push(await sandbox.invoke({ number }));
  return done;
}

/** Rows by their span id: a backend that is slow to answer is sent the same again. */
function distinct<T extends { spanId: string }>(rows: readonly T[]): T[] {
  return [...new Map(rows.map((row) => [row.spanId, row])).values()];
}

/** Each invocation has one span, the layer's own, and its line is in it. */
async function assertHandlerSpans(bench: TracedSandbox, invoked: readonly InvocationResult[]): Promise<void> {
  const all = await readSpans(bench.observed.clickhouse);
  const spans = distinct(all.filter(({ kind }) => kind === "Server"));
  const logs = functionLogs(await readLogs(bench.observed.clickhouse));
  for (const [number, { requestId }] of invoked.entries()) {
    const own = spans.filter(({ invocationId }) => invocationId === requestId);
    assert.equal(own.length, 1, `invocation ${number} has one span: ${JSON.stringify(own)}`);
    assert.equal(own[0]?.attributes["aws.lambda.trigger"], "direct", "the layer's, not the extension's");
    const [line] = logs.filter(({ invocationId }) => invocationId === requestId);
    assert.deepEqual(
      [line?.body, line?.traceId, line?.spanId],
      [`line of ${number}`, own[0]?.traceId, own[0]?.spanId],
    );
  }
  assert.equal(spans.length, invoked.length);
  assert.equal(distinct(logs).length, invoked.length);
  assert.equal(spans.filter(({ attributes }) => attributes["faas.coldstart"] === "true").length, 1);
}

describe("the tracing layer for Node.js in the sandbox", () => {
  let bench: TracedSandbox;
  afterEach(() => bench.close());

  for (const [runtime, title, files, count] of [
    ["nodejs20.x", "CommonJS", commonJs, 100],
    ["nodejs20.x", "ES modules", esModule, 10],
    ["nodejs22.x", "CommonJS", commonJs, 10],
    ["nodejs22.x", "ES modules", esModule, 100],
  ] as const) {
    it(`${runtime}, ${title}: ${count} invocations, the handler's span on each line, none lost across freezes`, async () => {
      bench = await TracedSandbox.open();
      const sandbox = await bench.start("orders", files, { runtime, environment });
      const invoked = await invokeMany(sandbox, count);
      await sandbox.shutdown();
      assert.deepEqual([...new Set(invoked.map(({ status }) => status))], ["success"]);
      await assertHandlerSpans(bench, invoked);
    });
  }
});
