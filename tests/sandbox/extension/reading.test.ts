import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readLogs, readSpans } from "../../../sandbox/clickhouse/telemetry";
import { functionLogs } from "./arrivals";
import { ingestionKey, ObservedSandbox, runtimes } from "./observedSandbox";

/** The parts of a failed span that HyperDX's trace view reads. */
interface FailedSpan {
  name: string;
  message: string;
  errorType: string;
  eventNames: string[];
  events: Record<string, string>[];
}

/** Without a secret, which may arrive too late for an environment that ends after one invocation. */
const environment = { ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS: `Authorization=${ingestionKey}` };

describe("telemetry as a reader in HyperDX sees it", () => {
  let bench: ObservedSandbox;
  beforeEach(async () => {
    bench = await ObservedSandbox.open();
  });
  afterEach(() => bench.close());

  const failures = (service: string): Promise<FailedSpan[]> =>
    bench.clickhouse.query(
      `SELECT SpanName AS name, StatusMessage AS message, SpanAttributes['error.type'] AS errorType,
        Events.Name AS eventNames, Events.Attributes AS events
      FROM otel_traces WHERE ServiceName = {service:String} AND StatusCode = 'Error' ORDER BY Timestamp`,
      { service },
    );

  it("an invocation is a root, unless its caller's span can be stored", async () => {
    const sandbox = await bench.start("called", { environment });
    const parent = "89abcdef01234567";
    const now = Math.floor(Date.now() / 1_000).toString(16);
    const xrays = `Root=1-${now}-0123456789abcdef01234567;Parent=${parent};Sampled=1`;
    const openTelemetrys = `Root=1-f3a10b7c-0123456789abcdef01234567;Parent=${parent};Sampled=1`;
    const expected = new Map<string, [parentSpanId: string, attribute: string | undefined]>();
    for (const [traceHeader, parentSpanId, attribute] of [
      [xrays, "", parent],
      [openTelemetrys.replace("Sampled=1", "Sampled=0"), "", parent],
      [openTelemetrys, parent, undefined],
    ] as const) {
      const { requestId } = await sandbox.invoke({ scenario: "json" }, { traceHeader });
      expected.set(requestId, [parentSpanId, attribute]);
    }
    const { requestId: plain } = await sandbox.invoke({ scenario: "json" });
    await sandbox.shutdown();
    for (const [invocationId, wanted] of expected) {
      const [span] = await readSpans(bench.clickhouse, { invocationId });
      assert.deepEqual([span?.parentSpanId, span?.attributes["aws.xray.parent_id"]], wanted);
    }
    const [span] = await readSpans(bench.clickhouse, { invocationId: plain });
    assert.equal(span?.parentSpanId, "", "without active tracing");
  });

  for (const [title, runtime] of Object.entries({
    "Node.js": runtimes["Node.js 22"],
    Python: runtimes.Python,
  })) {
    for (const logFormat of ["Text", "JSON"] as const) {
      it(`${title}, ${logFormat}: the span of a failed invocation says what failed, and where`, async () => {
        const sandbox = await bench.start("failing", { ...runtime, logFormat, environment });
        const { requestId } = await sandbox.invoke({ scenario: "error" });
        await sandbox.shutdown();
        const kind = title === "Python" ? "RuntimeError" : "Error";
        const [span] = await failures("failing");
        assert.equal(span?.message, `${kind}: the order could not be placed`);
        assert.deepEqual([span?.errorType, span?.eventNames], [kind, ["exception"]]);
        const event = span?.events[0] ?? {};
        assert.deepEqual(
          [event["exception.type"], event["exception.message"]],
          [kind, "the order could not be placed"],
        );
        assert.match(event["exception.stacktrace"] ?? "", title === "Python" ? /main\.py/ : /index\.js/);
        assert.equal((await readSpans(bench.clickhouse, { invocationId: requestId }))[0]?.parentSpanId, "");
      });
    }
  }

  it("a timeout, an exit, an uncaught exception and an init phase that fails say so", async () => {
    const code = join(bench.directory, "failing");
    mkdirSync(code);
    const source = `exports.handler = async (event) => {
      if (event.exit) process.exit(3);
      if (event.uncaught) setTimeout(() => { throw new RangeError("out of range"); }, 1);
      await new Promise((resolve) => setTimeout(resolve, 60_000));
    };`;
    writeFileSync(join(code, "index.js"), source);
    writeFileSync(join(code, "broken.js"), 'throw new SyntaxError("no configuration");');
    const sandbox = await bench.start("ending", { code, timeoutSeconds: 2, environment });
    await sandbox.invoke({});
    await sandbox.invoke({ exit: true });
    await sandbox.invoke({ uncaught: true });
    await sandbox.shutdown();
    const messages = (await failures("ending")).map(({ message }) => message);
    assert.match(messages[0] ?? "", /^[\w.]+: Task timed out after 2\.\d\d seconds$/);
    assert.match(messages[1] ?? "", /^Runtime\.ExitError: The runtime exited before the invocation ended$/);
    assert.match(messages[2] ?? "", /^RangeError: out of range$/);
    const broken = await bench.start("broken", { code, handler: "broken.handler", environment });
    await broken.invoke({});
    await broken.shutdown();
    const spans = await failures("broken");
    assert.ok(spans.some(({ name }) => name === "init") && spans.some(({ name }) => name === "broken"));
    for (const { name, message } of spans) assert.match(message, /SyntaxError: no configuration/, name);
  });

  it("lines of the same millisecond come out in the order in which they were written", async () => {
    const sandbox = await bench.start("orderly", { ...runtimes.Python, environment });
    const { requestId } = await sandbox.invoke({ scenario: "plain", lines: 200 });
    await sandbox.shutdown();
    const lines = functionLogs(await readLogs(bench.clickhouse, { invocationId: requestId }));
    const expected = Array.from({ length: 200 }, (_, index) => `plain line ${index + 1} of 200`);
    assert.deepEqual(
      lines.map(({ body }) => body),
      expected,
    );
    assert.equal(new Set(lines.map(({ time }) => time)).size, 200, "no two have the same time");
  });
});
