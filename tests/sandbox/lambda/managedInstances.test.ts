import assert from "node:assert/strict";
import type { FunctionDefinition, InvocationResult, Sandbox, SandboxOptions } from "../../../sandbox";
import { type ConcurrentEvent, concurrentFunction } from "./concurrentRuntime";
import { errorOf, eventually, logLines, records, Workbench } from "./fixtures";

interface Answer {
  name: string;
  requestId: string;
  variables: Record<string, string>;
}

const nodeSource = `
let running = 0;
exports.handler = async (event, context) => {
  running += 1;
  console.log("begins", event.name);
  const most = running;
  await new Promise((resolve) => setTimeout(resolve, 300));
  running -= 1;
  return { name: event.name, requestId: context.awsRequestId, most };
};
`;

const pythonSource = `
import logging
import os
import time

def handler(event, context):
    logging.getLogger().warning("begins " + event["name"])
    if "exit" in event:
        os._exit(event["exit"])
    time.sleep(0.3)
    return {"name": event["name"], "requestId": context.aws_request_id, "process": os.getpid()}
`;

const kind = { version: "3", memorySizeMb: 2048, initializationType: "lambda-managed-instances" } as const;

describe("sandbox: Managed Instances", () => {
  let bench: Workbench;
  beforeEach(async () => {
    bench = await Workbench.open();
  });
  afterEach(() => bench.close());

  async function start(
    concurrency: number,
    changes: Partial<FunctionDefinition> = {},
    options: Partial<SandboxOptions> = {},
  ): Promise<Sandbox> {
    const definition = await concurrentFunction(bench.directory, concurrency);
    return bench.start(bench.definition({ ...definition, ...changes }), options);
  }

  const invokeAll = (sandbox: Sandbox, events: ConcurrentEvent[]): Promise<InvocationResult[]> =>
    Promise.all(events.map((event) => sandbox.invoke(event)));

  it("runs invocations beside each other in one environment made ahead, answered in any order", async () => {
    const ended: string[] = [];
    const sandbox = await start(4);
    const made = sandbox.events.length;
    assert.ok(made > 0, "the environment was made ahead");
    const results = await Promise.all(
      ["a", "b", "c", "d"].map(async (name, index) => {
        const event = { name, together: 4, lines: 2, plain: 1, sleepMs: 750 - 250 * index };
        const result = await sandbox.invoke(event);
        ended.push(name);
        return result;
      }),
    );
    assert.deepEqual(ended, ["d", "c", "b", "a"]);
    for (const [index, result] of results.entries()) {
      const { name, requestId } = result.payload as Answer;
      assert.deepEqual([name, requestId], ["abcd"[index], result.requestId]);
      assert.deepEqual(
        [result.status, result.coldStart, result.initDurationMs],
        ["success", false, undefined],
      );
    }
    assert.equal(new Set(results.map(({ environmentId }) => environmentId)).size, 1);
    const types = sandbox.events.map(({ type }) => type).filter((type) => type !== "function");
    assert.deepEqual(types.slice(0, 3), [
      "platform.initStart",
      "platform.initRuntimeDone",
      "platform.initReport",
    ]);
    assert.deepEqual(types.slice(3), [
      ...Array(4).fill("platform.start"),
      ...Array(4).fill("platform.report"),
    ]);
    await eventually(() => logLines(sandbox.events).length === 12);
  });

  it("provides what AWS does there: variables, the initialization type, reports without memory and billing", async () => {
    const sandbox = await start(2);
    const result = await sandbox.invoke({ name: "a" });
    const { variables } = result.payload as Answer;
    assert.equal(variables.AWS_LAMBDA_MAX_CONCURRENCY, "2");
    assert.equal(variables.AWS_LAMBDA_INITIALIZATION_TYPE, "lambda-managed-instances");
    assert.equal(variables.AWS_LAMBDA_LOG_FORMAT, "JSON");
    const of = (type: string) => sandbox.events.find((event) => event.type === type)?.record;
    const { initializationType, phase } = of("platform.initStart") as Record<string, string>;
    assert.deepEqual([initializationType, phase], ["lambda-managed-instances", "init"]);
    const { tracing, ...started } = of("platform.start") as Record<string, unknown>;
    const functionArn = "arn:aws:lambda:eu-central-1:123456789012:function:hello";
    assert.deepEqual(started, { requestId: result.requestId, version: "3", functionArn });
    const { spans, metrics, ...report } = of("platform.report") as {
      spans: { name: string }[];
      metrics: Record<string, number>;
    };
    assert.deepEqual(report, { requestId: result.requestId, status: "success", tracing });
    assert.deepEqual(Object.keys(metrics), ["durationMs"]);
    assert.deepEqual(
      spans.map(({ name }) => name),
      ["responseLatency", "responseDuration"],
    );
  });

  it("fails only the invocation that takes too long, and continues to run its code", async () => {
    const sandbox = await start(2, { timeoutSeconds: 1 });
    const [late, bad] = await invokeAll(sandbox, [
      { name: "late", sleepMs: 1_500 },
      { name: "bad", sleepMs: 100, fail: "no customer" },
    ]);
    assert.deepEqual([late?.status, bad?.status], ["timeout", "error"]);
    assert.equal(errorOf(late as InvocationResult).errorType, "Sandbox.Timedout");
    assert.match(String(errorOf(late as InvocationResult).errorMessage), /timed out after 1\.00 seconds/);
    assert.deepEqual(bad?.payload, { errorType: "ValueError", errorMessage: "no customer" });
    assert.deepEqual(
      records(sandbox.events, "platform.report").map(({ status, errorType }) => [status, errorType]),
      [
        ["error", "Runtime.ValueError"],
        ["timeout", "Sandbox.Timedout"],
      ],
    );
    await eventually(() => logLines(sandbox.events).includes("answer refused 410\n"));
    // The thread that was late accepts invocations again.
    const after = await invokeAll(sandbox, [
      { name: "a", together: 2, lines: 1 },
      { name: "b", together: 2, lines: 1 },
    ]);
    assert.deepEqual(
      after.map(({ status, environmentId }) => [status, environmentId]),
      Array(2).fill(["success", late?.environmentId]),
    );
  });

  it("lets no invocation wait for a worker longer than it may take itself", async () => {
    const sandbox = await start(1, { timeoutSeconds: 1 });
    assert.equal((await sandbox.invoke({ sleepMs: 3_000 })).status, "timeout");
    await assert.rejects(
      sandbox.invoke({}),
      /function hello: no worker of its runtime has become free in 1 s/,
    );
  });

  it("fails all invocations of an environment whose runtime ends, and replaces it", async () => {
    const sandbox = await start(3);
    const failed = await invokeAll(sandbox, [
      { name: "a", sleepMs: 5_000 },
      { name: "b", sleepMs: 100, exit: 7 },
    ]);
    for (const result of failed) {
      assert.equal(result.status, "failure");
      assert.match(String(errorOf(result).errorMessage), /exit status 7/);
    }
    const [report] = records(sandbox.events, "platform.report");
    assert.deepEqual([report?.status, report?.errorType], ["error", "Runtime.ExitError"]);
    const next = await invokeAll(
      sandbox,
      ["c", "d", "e"].map((name) => ({ name, together: 3, lines: 1 })),
    );
    for (const { status, coldStart, environmentId } of next) {
      assert.deepEqual([status, coldStart], ["success", false]);
      assert.equal(environmentId, next[0]?.environmentId);
      assert.notEqual(environmentId, failed[0]?.environmentId);
    }
  });

  it("fills its environments, and lets further invocations wait", async () => {
    const sandbox = await start(2, {}, { maxConcurrency: 2 });
    const most = sandbox.isolation.mode === "none" ? 1 : 2;
    assert.equal(records(sandbox.events, "platform.initReport").length, most);
    const events = Array.from({ length: 7 }, (_, index) => ({ name: String(index), sleepMs: 100 }));
    const results = await invokeAll(sandbox, events);
    assert.deepEqual([...new Set(results.map(({ status }) => status))], ["success"]);
    assert.equal(new Set(results.map(({ environmentId }) => environmentId)).size, most);
  });

  it("refuses extensions the INVOKE event and older schema versions, and sends them only SHUTDOWN", async () => {
    const layers = [bench.extensionLayer()];
    await assert.rejects(start(2, { layers }), /can't provision an environment: Extension/);
    const [refused] = bench.observed("api") as { errorType: string }[];
    assert.equal(refused?.errorType, "Extension.InvalidEventType");
    bench.observations.length = 0;
    const subscription = (schemaVersion: string) => ({
      schemaVersion,
      types: ["platform", "function"],
      buffering: { maxItems: 1_000, maxBytes: 262_144, timeoutMs: 25 },
      destination: { protocol: "HTTP", URI: `http://sandbox.localdomain:${bench.observerPort}` },
    });
    const subscriptions = [subscription("2022-12-13"), subscription("2025-01-29")];
    const environment = { OBSERVER: JSON.stringify({ events: ["SHUTDOWN"], subscriptions }) };
    const sandbox = await start(2, { layers, environment });
    assert.deepEqual(
      bench.observed("api").map((answer) => (answer as { status?: number }).status),
      [undefined, 400, 200],
    );
    const { requestId } = await sandbox.invoke({ name: "a", lines: 1 });
    // Without a freeze, the report arrives without another invocation.
    await eventually(() => records(bench.telemetry(), "platform.report").length === 1);
    assert.deepEqual(
      logLines(bench.telemetry()).map((record) => (record as { requestId: string }).requestId),
      [requestId],
    );
    assert.deepEqual(bench.nextEvents(), []);
    await sandbox.shutdown();
    assert.deepEqual(
      bench.nextEvents().map(({ eventType, shutdownReason }) => [eventType, shutdownReason]),
      [["SHUTDOWN", "spindown"]],
    );
  });

  it("runs Node.js functions, whose handler overlaps with itself", async () => {
    const environment = { AWS_LAMBDA_NODEJS_WORKER_COUNT: "1" };
    const sandbox = await bench.start(
      bench.nodeFunction(nodeSource, { ...kind, runtime: "nodejs22.x", environment }),
    );
    const results = await invokeAll(sandbox, [{ name: "a" }, { name: "b" }, { name: "c" }]);
    for (const [index, { payload, requestId }] of results.entries()) {
      const { name, ...answer } = payload as Answer & { most: number };
      assert.deepEqual([name, answer.requestId], ["abc"[index], requestId]);
    }
    assert.equal(Math.max(...results.map(({ payload }) => (payload as { most: number }).most)), 3);
    await eventually(() => logLines(sandbox.events).length === 3);
    const lines = logLines(sandbox.events) as { requestId: string }[];
    assert.deepEqual(
      lines.map(({ requestId }) => requestId).sort(),
      results.map(({ requestId }) => requestId).sort(),
    );
  });

  it("runs Python functions in processes, and continues without one that ended", async () => {
    const sandbox = await bench.start(
      bench.pythonFunction(pythonSource, {
        ...kind,
        runtime: "python3.13",
        timeoutSeconds: 1,
        perExecutionEnvironmentMaxConcurrency: 3,
      }),
    );
    const [first, gone] = await invokeAll(sandbox, [{ name: "a" }, { name: "b", exit: 1 }]);
    assert.deepEqual([first?.status, gone?.status], ["success", "timeout"]);
    const results = await invokeAll(sandbox, [{ name: "c" }, { name: "d" }]);
    const processes = results.map(({ payload }) => (payload as { process: number }).process);
    assert.equal(new Set(processes).size, 2);
    await eventually(() => logLines(sandbox.events).length === 4);
    const ids = (logLines(sandbox.events) as { requestId: string }[]).map(({ requestId }) => requestId);
    assert.ok(results.every(({ requestId }) => ids.includes(requestId)));
  });

  it("refuses functions that Managed Instances would not run", async () => {
    await assert.rejects(start(2, { version: "$LATEST" }), /function\.version: Managed Instances run a pub/);
  });
});
