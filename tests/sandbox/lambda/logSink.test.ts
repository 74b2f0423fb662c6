import assert from "node:assert/strict";
import type { LogLine, LogSink } from "../../../sandbox";
import { Workbench } from "./fixtures";

const source = `exports.handler = async (event) => {
  console.log("handled", event.n);
  if (event.sleepMs) await new Promise((resolve) => setTimeout(resolve, event.sleepMs));
};`;

/** Stores the lines of every stream that it opens. */
class MemorySink implements LogSink {
  readonly opened: Parameters<LogSink["open"]>[0][] = [];
  readonly lines: LogLine[] = [];
  closed = 0;

  constructor(private readonly allowed: boolean) {}

  async open(environment: Parameters<LogSink["open"]>[0]) {
    this.opened.push(environment);
    if (!this.allowed) return undefined;
    return {
      write: async (lines: LogLine[]) => void this.lines.push(...lines),
      close: async () => {
        this.closed += 1;
      },
    };
  }
}

describe("sandbox: CloudWatch Logs", () => {
  let bench: Workbench;
  beforeEach(async () => {
    bench = await Workbench.open();
  });
  afterEach(() => bench.close());

  it("gets the platform's and the function's lines, and the timeout's own line", async () => {
    const logSink = new MemorySink(true);
    const role = "arn:aws:iam::123456789012:role/hello";
    const sandbox = await bench.start(bench.nodeFunction(source, { role, timeoutSeconds: 1 }), { logSink });
    const first = await sandbox.invoke({ n: 1 });
    const late = await sandbox.invoke({ n: 2, sleepMs: 60_000 });
    await sandbox.shutdown();
    assert.equal(logSink.opened.length, 1);
    assert.deepEqual([logSink.opened[0].functionName, logSink.opened[0].role], ["hello", role]);
    assert.match(logSink.opened[0].logStream, /^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/);
    assert.equal(logSink.closed, 1);
    const messages = logSink.lines.map(({ message }) => message);
    const outline = messages.map((message) => message.split(/[\t\n]/)[0].replace(/^\S+Z\b ?/, ""));
    assert.deepEqual(outline, [
      "INIT_START Runtime Version: nodejs:20.sandbox",
      `START RequestId: ${first.requestId} Version: $LATEST`,
      "",
      `END RequestId: ${first.requestId}`,
      `REPORT RequestId: ${first.requestId}`,
      `START RequestId: ${late.requestId} Version: $LATEST`,
      "",
      `${late.requestId} Task timed out after 1.00 seconds`,
      `END RequestId: ${late.requestId}`,
      `REPORT RequestId: ${late.requestId}`,
    ]);
    assert.match(messages[2], /\tINFO\thandled 1\n$/);
    assert.match(messages[6], /\tINFO\thandled 2\n$/);
    assert.ok(!sandbox.events.some((event) => String(event.record).includes("Task timed out")));
    const times = logSink.lines.map(({ timestamp }) => timestamp);
    assert.ok(times.every((time) => Number.isInteger(time) && Math.abs(time - Date.now()) < 600_000));
  });

  it("gets nothing if the role may not write", async () => {
    const logSink = new MemorySink(false);
    const sandbox = await bench.start(bench.nodeFunction(source), { logSink });
    assert.equal((await sandbox.invoke({ n: 1 })).status, "success");
    await sandbox.shutdown();
    assert.deepEqual(logSink.lines, []);
  });
});
