import assert from "node:assert/strict";
import { errorOf, eventually, logLines, records, Workbench } from "./fixtures";

const source = `
exports.handler = async (event) => {
  for (let i = 0; i < (event.lines ?? 1); i++) console.log("line", event.name, i);
  if (event.exit !== undefined) process.exit(event.exit);
  if (event.sleepMs) await new Promise((resolve) => setTimeout(resolve, event.sleepMs));
  return process.env;
};
`;

const functionLines = (events: Parameters<typeof logLines>[0]) =>
  logLines(events).map((line) => String(line).split("\t")[3]?.trim());

describe("sandbox: extensions", () => {
  let bench: Workbench;
  beforeEach(async () => {
    bench = await Workbench.open();
  });
  afterEach(() => bench.close());

  const observed = (behaviour: object = {}, changes = {}) =>
    bench.nodeFunction(source, {
      layers: [bench.extensionLayer()],
      environment: { OBSERVER: JSON.stringify(behaviour) },
      ...changes,
    });

  it("registers, gets INVOKE and SHUTDOWN, and every event once and in order", async () => {
    const sandbox = await bench.start(observed());
    const results = [];
    for (const name of ["a", "b", "c"]) results.push(await sandbox.invoke({ name, lines: 3 }));
    await sandbox.shutdown();
    assert.deepEqual(bench.observed("api"), [
      {
        functionName: "hello",
        functionVersion: "$LATEST",
        handler: "index.handler",
        accountId: "123456789012",
      },
      { status: 200, body: "OK" },
    ]);
    const events = bench.nextEvents();
    assert.deepEqual(
      events.map((event) => event.eventType),
      ["INVOKE", "INVOKE", "INVOKE", "SHUTDOWN"],
    );
    assert.equal(events[0].requestId, results[0].requestId);
    assert.equal(events[0].invokedFunctionArn, "arn:aws:lambda:eu-central-1:123456789012:function:hello");
    assert.deepEqual(Object.keys(events[0].tracing as object), ["type", "value"]);
    assert.equal(events[3].shutdownReason, "spindown");
    // Every event was delivered, in order, including events before the subscription.
    assert.deepEqual(bench.telemetry(), sandbox.events.slice(0, bench.telemetry().length));
    assert.equal(bench.telemetry()[0].type, "platform.initStart");
    assert.deepEqual(
      functionLines(bench.telemetry()),
      ["a", "b", "c"].flatMap((name) => [0, 1, 2].map((index) => `line ${name} ${index}`)),
    );
    assert.deepEqual(
      records(bench.telemetry(), "platform.report").map((record) => record.requestId),
      results.map((result) => result.requestId),
    );
    assert.deepEqual(logLines(bench.telemetry(), "extension"), ["observer is ready\n"]);
  });

  it("does not give extensions the runtime's variables", async () => {
    const layer = bench.files("layer-variables", {
      "extensions/variables": `#!/bin/sh\nenv >&2\nexit 0\n`,
    });
    const sandbox = await bench.start(
      bench.nodeFunction(source, { layers: [layer], environment: { OWN: "1" } }),
    );
    await sandbox.invoke();
    const names = logLines(sandbox.events, "extension").map((line) => String(line).split("=")[0]);
    for (const name of ["OWN", "AWS_LAMBDA_RUNTIME_API", "AWS_REGION", "AWS_LAMBDA_FUNCTION_NAME"]) {
      assert.ok(names.includes(name), name);
    }
    for (const name of ["_HANDLER", "LAMBDA_TASK_ROOT", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_EXECUTION_ENV"]) {
      assert.ok(!names.includes(name), name);
    }
  });

  it("freezes between invocations: the report comes with the next thaw", async () => {
    const sandbox = await bench.start(observed({ workMs: 300 }));
    const first = await sandbox.invoke({ name: "a" });
    const reports = () => records(bench.telemetry(), "platform.report").map((record) => record.requestId);
    await new Promise((resolve) => setTimeout(resolve, 300)); // many times the subscription's timeoutMs
    assert.deepEqual(reports(), []);
    await sandbox.invoke({ name: "b" });
    await eventually(() => reports().length > 0);
    assert.deepEqual(reports(), [first.requestId]);
  });

  it("waits for extensions, and reports their part apart from the function's", async () => {
    // It works from INVOKE on, and thus partly while the function is still running.
    const sandbox = await bench.start(observed({ workMs: 2_000 }));
    const { durationMs, extensionOverheadMs, billedDurationMs, status } = await sandbox.invoke({ name: "a" });
    assert.equal(status, "success");
    assert.ok(extensionOverheadMs >= 100, `${extensionOverheadMs}`);
    assert.ok(billedDurationMs >= durationMs + extensionOverheadMs);
  });

  it("delivers again what was refused", async () => {
    const sandbox = await bench.start(observed({ refuse: 4, workMs: 500 }));
    await sandbox.invoke({ name: "a", lines: 10 });
    await sandbox.shutdown();
    assert.deepEqual(bench.telemetry(), sandbox.events.slice(0, bench.telemetry().length));
    assert.equal(functionLines(bench.telemetry()).length, 10);
  });

  it("drops log lines, and says so, when a subscriber falls behind", async () => {
    const behaviour = { refuseUntilInvocation: 2, workMs: 200, lingerMs: 1_500 };
    const sandbox = await bench.start(observed(behaviour), { maxPendingTelemetryBytes: 64 * 1024 });
    await sandbox.invoke({ name: "a", lines: 2_000 });
    await sandbox.invoke({ name: "b" });
    await sandbox.shutdown();
    const dropped = records(bench.telemetry(), "platform.logsDropped").reduce(
      (sum, record) => sum + (record.droppedRecords ?? 0),
      0,
    );
    const written = logLines(sandbox.events).length + logLines(sandbox.events, "extension").length;
    const delivered = logLines(bench.telemetry()).length + logLines(bench.telemetry(), "extension").length;
    assert.ok(dropped > 0);
    assert.equal(delivered + dropped, written);
    assert.equal(records(bench.telemetry(), "platform.runtimeDone").length, 2);
  });

  it("notifies extensions of a timeout, and restarts them", async () => {
    // Time for the start of the next environment as well, which is within its invocation.
    const sandbox = await bench.start(observed({}, { timeoutSeconds: 4 }));
    const late = await sandbox.invoke({ name: "a", sleepMs: 60_000 });
    const next = await sandbox.invoke({ name: "b" });
    assert.equal(late.status, "timeout");
    assert.equal(next.status, "success");
    assert.deepEqual(
      bench.nextEvents().map((event) => [event.eventType, event.shutdownReason]),
      [
        ["INVOKE", undefined],
        ["SHUTDOWN", "timeout"],
        ["INVOKE", undefined],
      ],
    );
    // The extension of the failed invocation still receives its outcome.
    assert.deepEqual(
      records(bench.telemetry(), "platform.report").map((record) => [record.requestId, record.status]),
      [[late.requestId, "timeout"]],
    );
    assert.equal(new Set(bench.observations.map((each) => each.environment)).size, 2);
  });

  it("notifies extensions if the runtime exits", async () => {
    const sandbox = await bench.start(observed());
    assert.equal((await sandbox.invoke({ name: "a", exit: 1 })).status, "failure");
    assert.equal(bench.nextEvents().at(-1)?.shutdownReason, "failure");
    assert.deepEqual(functionLines(bench.telemetry()), ["line a 0"]);
  });

  const failing: [string, object, string][] = [
    ["exits before it registers", { exitBeforeRegister: 7 }, "Extension.Crash"],
    ["reports an init error", { initError: "Extension.Broken" }, "Extension.InitError"],
    ["exits during an invocation", { exitOnInvoke: 9 }, "Extension.Crash"],
  ];
  for (const [what, behaviour, errorType] of failing) {
    it(`fails an invocation whose extension ${what}`, async () => {
      const sandbox = await bench.start(observed(behaviour));
      const result = await sandbox.invoke({ name: "a", sleepMs: 2_000 });
      assert.equal(result.status, "failure");
      assert.equal(errorOf(result).errorType, errorType);
    });
  }

  it("gives up on an extension that never registers", async () => {
    const sandbox = await bench.start(observed({ neverRegister: true }, { timeoutSeconds: 1 }));
    const result = await sandbox.invoke({ name: "a" });
    assert.equal(result.status, "timeout");
    assert.deepEqual(
      records(sandbox.events, "platform.initReport").map((record) => [record.phase, record.status]),
      [
        ["init", "timeout"],
        ["invoke", "timeout"],
      ],
    );
    assert.ok((records(sandbox.events, "platform.initReport")[0].metrics?.durationMs ?? 0) >= 9_900);
  });

  it("refuses subscriptions as Lambda does, and takes its older schemas", async () => {
    const valid = {
      schemaVersion: "2022-12-13",
      types: ["platform"],
      destination: { protocol: "HTTP", URI: `http://sandbox.local:${bench.observerPort}/x` },
    };
    const subscriptions = [
      { ...valid, schemaVersion: "2021-01-01" },
      { ...valid, buffering: { maxItems: 999 } },
      { ...valid, destination: { protocol: "HTTP", URI: "http://example.com:80" } },
      valid,
    ];
    const sandbox = await bench.start(observed({ subscriptions }));
    await sandbox.invoke({ name: "a" });
    await sandbox.shutdown();
    assert.deepEqual(
      bench
        .observed("api")
        .slice(1)
        .map((answer) => (answer as { status: number }).status),
      [400, 400, 400, 200],
    );
    assert.equal(logLines(bench.telemetry()).length, 0);
    assert.equal(records(bench.telemetry(), "platform.report").length, 1);
  });
});
