import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { InvocationResult, Sandbox } from "../../../sandbox";
import { readLogs, readSpans, type StoredSpan } from "../../../sandbox/clickhouse/telemetry";
import { ObservedSandbox, runtimes } from "./observedSandbox";

const streaming = `exports.handler = awslambda.streamifyResponse(async (event, stream) => {
  console.log("begins");
  for (let part = 0; part < 4; part++) {
    stream.write("x".repeat(1000));
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  console.log("ends");
  if (event.fail) throw new RangeError("out of stock");
  stream.end();
});`;

const pythonImage = `import logging
log = logging.getLogger()
log.setLevel("INFO")

def handler(event, context):
    log.info("logged")
    print("printed")
    if event.get("catch"):
        try:
            {}["customer"]
        except KeyError:
            log.exception("no such key")
        if event["catch"] == "and log":
            log.info("after")
    if event.get("fail"):
        raise ValueError("no customer")
`;

interface DoneRecord {
  status: string;
  metrics: { durationMs: number; producedBytes: number };
  spans: { name: string; durationMs: number }[];
}

interface InitRecord {
  initializationType: string;
  phase: string;
}

const recordsOf = <T>(sandbox: Sandbox, type: string): T[] =>
  sandbox.events.filter((event) => event.type === type).map(({ record }) => record as T);

describe("kinds of functions with the extension", () => {
  let bench: ObservedSandbox;
  beforeEach(async () => {
    bench = await ObservedSandbox.open();
  });
  afterEach(() => bench.close());

  function code(file: string, source: string): string {
    const directory = join(bench.directory, "function");
    mkdirSync(directory);
    writeFileSync(join(directory, file), source);
    return directory;
  }

  /** The invocation has these lines, in any order, all under its single span. */
  async function assertLines({ requestId }: InvocationResult, expected: RegExp[]): Promise<StoredSpan> {
    const spans = await readSpans(bench.clickhouse, { invocationId: requestId });
    const [span, ...others] = spans.filter(({ kind }) => kind === "Server");
    assert.ok(span);
    assert.deepEqual(others, []);
    const logs = await readLogs(bench.clickhouse, { invocationId: requestId });
    const lines = logs.filter(({ attributes }) => attributes.type === "function");
    const bodies = lines.map(({ body }) => body);
    assert.equal(lines.length, expected.length, JSON.stringify(bodies));
    for (const pattern of expected)
      assert.ok(
        bodies.some((body) => pattern.test(body)),
        `${pattern} in ${JSON.stringify(bodies)}`,
      );
    for (const { traceId, spanId } of lines) assert.deepEqual([traceId, spanId], [span.traceId, span.spanId]);
    return span;
  }

  const plain = { scenario: "plain", lines: 2 };
  const plainLines = [/plain line 1 of 2/, /plain line 2 of 2/];

  for (const [title, runtime] of Object.entries({
    "Node.js": runtimes["Node.js 20"],
    Python: runtimes.Python,
  })) {
    it(`${title}, provisioned concurrency: ready ahead, no cold start and no init span`, async () => {
      const kind = { version: "7", initializationType: "provisioned-concurrency" } as const;
      const sandbox = await bench.start("ready", { ...runtime, ...kind });
      assert.deepEqual(
        recordsOf<InitRecord>(sandbox, "platform.initStart").map(({ initializationType, phase }) => [
          initializationType,
          phase,
        ]),
        [["provisioned-concurrency", "init"]],
      );
      const invoked = [await sandbox.invoke(plain), await sandbox.invoke(plain)];
      await sandbox.shutdown();
      for (const result of invoked) {
        assert.deepEqual(
          [result.status, result.coldStart, result.initDurationMs],
          ["success", false, undefined],
        );
        const span = await assertLines(result, plainLines);
        assert.equal(span.attributes["faas.coldstart"], "false");
      }
      const names = (await readSpans(bench.clickhouse)).map(({ name }) => name);
      assert.ok(!names.some((name) => name.includes("init")), names.join());
    });
  }

  it("on demand: the first invocation is a cold start and has the init span", async () => {
    const sandbox = await bench.start("cold", {});
    const first = await sandbox.invoke(plain);
    await sandbox.shutdown();
    const span = await assertLines(first, plainLines);
    assert.equal(span.attributes["faas.coldstart"], "true");
    const names = (await readSpans(bench.clickhouse)).map(({ name }) => name);
    assert.ok(
      names.some((name) => name.includes("init")),
      names.join(),
    );
  });

  it("response streaming: lines from the whole stream, and an error in its middle", async () => {
    const sandbox = await bench.start("streams", { code: code("index.js", streaming) });
    const whole = await sandbox.invoke({});
    const broken = await sandbox.invoke({ fail: true });
    await sandbox.shutdown();
    assert.deepEqual([whole.status, broken.status], ["success", "error"]);
    assert.equal(whole.payload, "x".repeat(4_000));
    const [done, failed] = recordsOf<DoneRecord>(sandbox, "platform.runtimeDone");
    assert.equal(done?.metrics.producedBytes, 4_000);
    assert.equal(failed?.metrics.producedBytes, 4_000);
    assert.deepEqual([done?.status, failed?.status], ["success", "error"]);
    const lasted = (name: string) => done?.spans.find((span) => span.name === name)?.durationMs ?? 0;
    // At least three of the four pauses are between the first part and the end.
    assert.ok(lasted("responseDuration") >= 290, String(lasted("responseDuration")));
    assert.ok(lasted("responseLatency") + lasted("responseDuration") <= (done?.metrics.durationMs ?? 0) + 1);
    const span = await assertLines(whole, [/begins/, /ends/]);
    assert.ok(span.durationMs >= 390, String(span.durationMs));
    assert.equal((await assertLines(broken, [/begins/, /ends/, /out of stock/])).status, "Error");
  });

  it("Python container image: one stream, ids at every line", async () => {
    const kind = { packageType: "Image", code: code("main.py", pythonImage) } as const;
    const sandbox = await bench.start("image-python", { ...runtimes.Python, ...kind });
    const good = await sandbox.invoke({});
    const caught = await sandbox.invoke({ catch: "and log" });
    const last = await sandbox.invoke({ catch: "at last" });
    const bad = await sandbox.invoke({ fail: true });
    await sandbox.shutdown();
    const statuses = [good, caught, last, bad].map(({ status }) => status);
    assert.deepEqual(statuses, ["success", "success", "success", "error"]);
    await assertLines(good, [/printed/, /logged/]);
    const whole = /^no such key\nTraceback .*\n(.*\n)+KeyError: 'customer'$/;
    await assertLines(caught, [/printed/, /logged/, whole, /^after$/]);
    const exception = await readLogs(bench.clickhouse, { invocationId: caught.requestId });
    const { attributes } = exception.find(({ body }) => body.startsWith("no such key")) ?? {};
    assert.equal(attributes?.["exception.type"], "KeyError");
    assert.match(attributes?.["exception.stacktrace"] ?? "", /KeyError: 'customer'/);
    // The runtime ends it without a line break, so the last line is complete only with the next invocation's first line.
    await assertLines(last, [/printed/, /logged/, /^no such key\nTraceback /, /^KeyError: 'customer'$/]);
    const span = await assertLines(bad, [/printed/, /logged/, /ValueError: no customer/]);
    assert.equal(span.status, "Error");
  });

  it("Node.js container image: a stack trace is one record of several lines", async () => {
    const sandbox = await bench.start("image-node", { packageType: "Image" });
    const invoked = await sandbox.invoke({ scenario: "stackTrace" });
    await sandbox.shutdown();
    await assertLines(invoked, [/TypeError: the order has no customer\n +at /]);
    const raw = sandbox.events.filter(({ type }) => type === "function").map(({ record }) => String(record));
    assert.ok(
      raw.some((line) => line.includes("\r")),
      "the runtime joins a record's lines with carriage returns",
    );
    assert.ok(!raw.some((line) => line.slice(0, -1).includes("\n")));
  });
});
