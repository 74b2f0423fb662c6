import assert from "node:assert/strict";
import type { TelemetryEvent } from "../../../../../sandbox/lambda/core/telemetryEvent";
import { platformLines } from "../../../../../sandbox/lambda/logs/platformLines";
import { type LogLine, type LogSink, LogWriter } from "../../../../../sandbox/lambda/logs/sink";

const event = (type: string, record: Record<string, unknown>): TelemetryEvent => ({
  time: "2026-01-31T10:00:00.000Z",
  type: `platform.${type}`,
  record,
});
const metrics = { durationMs: 12.345, billedDurationMs: 113, memorySizeMB: 256, maxMemoryUsedMB: 71 };
const report = event("report", {
  requestId: "r-1",
  status: "success",
  metrics: { ...metrics, initDurationMs: 100 },
});

describe("platform lines in CloudWatch Logs", () => {
  it("are those that Lambda writes as text", () => {
    const lines = [
      event("start", { requestId: "r-1", version: "$LATEST" }),
      event("runtimeDone", { requestId: "r-1", status: "success" }),
      report,
      event("report", { requestId: "r-2", status: "timeout", metrics }),
      event("initReport", { phase: "init", status: "success", metrics: { durationMs: 5 } }),
      event("initReport", {
        phase: "invoke",
        status: "error",
        errorType: "Runtime.ExitError",
        metrics: { durationMs: 5 },
      }),
      event("extension", { name: "x", state: "Ready", events: ["INVOKE", "SHUTDOWN"] }),
      event("telemetrySubscription", { name: "x", state: "Subscribed", types: ["platform", "function"] }),
    ].flatMap((each) => platformLines(each, {}));
    assert.deepEqual(lines, [
      "START RequestId: r-1 Version: $LATEST\n",
      "END RequestId: r-1\n",
      "REPORT RequestId: r-1\tDuration: 12.35 ms\tBilled Duration: 113 ms\tMemory Size: 256 MB\tMax Memory Used: 71 MB\tInit Duration: 100.00 ms\t\n",
      "END RequestId: r-2\n",
      "REPORT RequestId: r-2\tDuration: 12.35 ms\tBilled Duration: 113 ms\tMemory Size: 256 MB\tMax Memory Used: 71 MB\tStatus: timeout\t\n",
      "INIT_REPORT Init Duration: 5.00 ms\tPhase: invoke\tStatus: error\tError Type: Runtime.ExitError\t\n",
      "EXTENSION\tName: x\tState: Ready\tEvents: [INVOKE, SHUTDOWN]\n",
      "TELEMETRY\tName: x\tState: Subscribed\tTypes: [Platform, Function]\n",
    ]);
  });

  it("say the durations of SnapStart with the init phase and with the restore", () => {
    const restored = { restoreDurationMs: 511.25, billedRestoreDurationMs: 303 };
    const version = {
      runtimeVersion: "python:3.12.v1",
      runtimeVersionArn: "arn:aws:lambda:eu-central-1::runtime:1",
    };
    const lines = [
      event("initReport", { phase: "snap-start", status: "success", metrics: { durationMs: 1_500 } }),
      event("restoreStart", { functionName: "hello", ...version }),
      event("restoreRuntimeDone", { status: "success" }),
      event("restoreReport", { status: "success", metrics: { durationMs: 511.25 } }),
      event("restoreReport", { status: "timeout", metrics: { durationMs: 10_000 } }),
      event("report", { requestId: "r-1", status: "success", metrics: { ...metrics, ...restored } }),
    ].flatMap((each) => platformLines(each, {}));
    assert.deepEqual(lines, [
      "INIT_REPORT Init Duration: 1500.00 ms\tPhase: snap-start\t\n",
      "RESTORE_START Runtime Version: python:3.12.v1\tRuntime Version ARN: arn:aws:lambda:eu-central-1::runtime:1\n",
      "RESTORE_REPORT Restore Duration: 511.25 ms\t\n",
      "RESTORE_REPORT Restore Duration: 10000.00 ms\tStatus: timeout\t\n",
      "END RequestId: r-1\n",
      "REPORT RequestId: r-1\tDuration: 12.35 ms\tBilled Duration: 113 ms\tMemory Size: 256 MB\tMax Memory Used: 71 MB\tRestore Duration: 511.25 ms\tBilled Restore Duration: 303 ms\t\n",
    ]);
    const json = platformLines(event("restoreStart", version), { logFormat: "JSON" });
    assert.equal(json.length, 1);
  });

  it("are the events themselves with the JSON format, from the system log level on", () => {
    const json = (each: TelemetryEvent, systemLogLevel?: string) =>
      platformLines(each, { logFormat: "JSON", systemLogLevel });
    assert.deepEqual(json(report), [JSON.stringify(report)]);
    assert.deepEqual(json(report, "WARN"), []);
    const failed = event("report", { status: "error", metrics });
    assert.deepEqual(json(failed, "WARN"), [JSON.stringify(failed)]);
    assert.deepEqual(json(event("runtimeDone", { status: "success" })), []);
    assert.equal(json(event("runtimeDone", { status: "success" }), "DEBUG").length, 1);
    assert.deepEqual(json(event("unknown", {}), "DEBUG"), []);
  });
});

describe("log writer", () => {
  const definition = { name: "hello" } as ConstructorParameters<typeof LogWriter>[1];
  const sinkOf = (write: (lines: LogLine[]) => Promise<void>): LogSink => ({
    open: async () => ({ write, close: async () => {} }),
  });

  it("writes in order, without waiting for one another's end", async () => {
    const written: string[] = [];
    const writer = new LogWriter(
      sinkOf(async (lines) => {
        await new Promise((resolve) => setImmediate(resolve));
        written.push(...lines.map(({ message }) => message));
      }),
      definition,
      "stream",
    );
    for (let index = 0; index < 100; index += 1) {
      writer.event({ time: report.time, type: "function", record: `line ${index}` });
      if (index % 10 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    await writer.close();
    assert.deepEqual(
      written,
      Array.from({ length: 100 }, (_, index) => `line ${index}`),
    );
  });

  it("opens no second stream where the role may not write, and does not fail", async () => {
    const opened: string[] = [];
    const open: LogSink["open"] = async ({ logStream }) => {
      opened.push(logStream);
      return undefined;
    };
    const writer = new LogWriter({ open }, definition, "stream");
    for (const message of ["lost", "as well"]) writer.line({ timestamp: 0, message });
    assert.equal(await writer.close(), undefined);
    assert.deepEqual(opened, ["stream"]);
  });

  it("reports a sink's failure when it is closed", async () => {
    const writer = new LogWriter(
      sinkOf(async () => {
        throw new Error("no such stream");
      }),
      definition,
      "stream",
    );
    writer.line({ timestamp: 0, message: "a" });
    await assert.rejects(writer.close(), /no such stream/);
  });
});
