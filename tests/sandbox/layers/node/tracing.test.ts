import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { join } from "node:path";
import type { InvocationResult, Sandbox } from "../../../../sandbox";
import { readLogs, readSpans } from "../../../../sandbox/clickhouse/telemetry";
import { functionLogs } from "../../extension/arrivals";
import { root, TracedSandbox } from "./tracedSandbox";

// The extension must know the invocation before its span arrives: the handler takes some time, and the extension, which flushes
// at the end of each invocation, has nothing else to do at the beginning of the next.
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

/** Rows by their span id: a request that is answered too slowly is sent again. */
function distinct<T extends { spanId: string }>(rows: readonly T[]): T[] {
  return [...new Map(rows.map((row) => [row.spanId, row])).values()];
}

/** Each invocation has one span, the layer's own, and its line belongs to it. */
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

  // opentelemetry-lambda 2034, aws-otel-lambda 416
  for (const [runtime, title, files, count] of [
    ["nodejs20.x", "CommonJS", commonJs, 100],
    ["nodejs22.x", "ES modules", esModule, 10],
    ["nodejs24.x", "ES modules", esModule, 100],
    ["nodejs26.x", "CommonJS", commonJs, 10],
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

  it("invocations that go on for a while, are killed or time out have one span, and each of their lines is in it; where no others are sampled, their debug lines are sent alone", async () => {
    bench = await TracedSandbox.open();
    const source = `exports.handler = async ({ kind }) => {
        console.debug("debug line of " + kind);
        console.log("first line of " + kind);
        if (kind === "quick") return;
        const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
        await pause(600);
        if (kind === "killed") process.kill(process.pid, "SIGKILL");
        await pause(kind === "slow" ? 2_400 : 60_000);
        console.log("last line of " + kind);
      };`;
    // Lines are sent while the invocation is running, as by default.
    const settings = { CLICKSTACK_TRACE_RATIO: "0", CLICKSTACK_TRACE_DEBUG_LOGS: "true" };
    const sandbox = await bench.start(
      "slow",
      { "index.js": source },
      { timeoutSeconds: 5, environment: settings },
    );
    const invoked: InvocationResult[] = [];
    const kinds = ["slow", "quick", "killed", "timed out"];
    for (const kind of kinds) invoked.push(await sandbox.invoke({ kind }));
    await sandbox.shutdown();
    const spans = distinct(await readSpans(bench.observed.clickhouse));
    const logs = functionLogs(await readLogs(bench.observed.clickhouse));
    const [quick] = invoked.splice(1, 1);
    const linesOfQuick = logs.filter(({ invocationId }) => invocationId === quick?.requestId);
    assert.deepEqual(
      [
        linesOfQuick.map(({ body }) => body),
        spans.filter(({ invocationId }) => invocationId === quick?.requestId),
      ],
      [["first line of quick"], []],
    );
    assert.deepEqual(
      logs.map(({ body }) => body).filter((body) => body.startsWith("debug")),
      ["slow", "killed", "timed out"].map((kind) => `debug line of ${kind}`),
    );
    assert.deepEqual(
      invoked.map(({ requestId }) => {
        const own = spans.filter(({ kind, invocationId }) => kind === "Server" && invocationId === requestId);
        const lines = logs.filter(({ invocationId }) => invocationId === requestId);
        const inSpan = lines.filter(({ spanId }) => spanId === own[0]?.spanId);
        return [
          own.length,
          own[0]?.attributes["aws.lambda.trigger"],
          own[0]?.status,
          lines.length - inSpan.length,
        ];
      }),
      [
        [1, "direct", "Unset", 0],
        [1, "direct", "Error", 0],
        [1, "direct", "Error", 0],
      ],
      JSON.stringify({ spans, logs }),
    );
  });

  it("a request, its message and a direct invocation are one tree", async () => {
    bench = await TracedSandbox.open();
    const source = `const { context, propagation } = require("@opentelemetry/api");
      exports.handler = async () => {
        await new Promise((resolve) => setTimeout(resolve, 25));
        const carrier = {};
        propagation.inject(context.active(), carrier);
        return carrier;
      };`;
    const api = join(bench.observed.directory, "code-chain", "node_modules", "@opentelemetry", "api");
    cpSync(join(root, "node_modules", "@opentelemetry", "api"), api, { recursive: true });
    const sandbox = await bench.start("chain", { "index.js": source }, { environment });
    const http = { method: "POST", path: "/orders", sourceIp: "192.0.2.1" };
    const request = await sandbox.invoke({
      version: "2.0",
      routeKey: "POST /orders",
      requestContext: { http },
    });
    const { traceparent } = request.payload as { traceparent: string };
    const attribute = { stringValue: traceparent, dataType: "String" };
    const eventSourceARN = "arn:aws:sqs:eu-central-1:123456789012:orders";
    const record = {
      eventSource: "aws:sqs",
      eventSourceARN,
      body: "{}",
      messageAttributes: { traceparent: attribute },
    };
    const message = await sandbox.invoke({ Records: [record] });
    const direct = await sandbox.invoke({ headers: message.payload });
    await sandbox.shutdown();
    const all = await readSpans(bench.observed.clickhouse);
    const spans = distinct(all.filter(({ attributes }) => attributes["aws.lambda.trigger"]));
    const [first, second, third] = [request, message, direct].map(({ requestId }) =>
      spans.find(({ invocationId }) => invocationId === requestId),
    );
    assert.deepEqual(
      [first, second, third].map((span) => [span?.name, span?.kind, span?.traceId, span?.parentSpanId]),
      [
        ["POST /orders", "Server", first?.traceId, ""],
        ["process orders", "Consumer", first?.traceId, first?.spanId],
        ["chain", "Server", first?.traceId, second?.spanId],
      ],
    );
  });
});
