import assert from "node:assert/strict";
import { copyFileSync, cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readLogs, readSpans } from "../../../sandbox/clickhouse/telemetry";
import { assertAllArrived, functionLogs, invokeAll } from "./arrivals";
import { extensionLines, ingestionKey, ObservedSandbox, runtimes } from "./observedSandbox";

describe("the extension in the sandbox", () => {
  let bench: ObservedSandbox;
  afterEach(() => bench.close());

  for (const [title, runtime] of Object.entries(runtimes)) {
    it(`${title}: 20 invocations with freezes between, every line once, through a key held in Secrets Manager`, async () => {
      bench = await ObservedSandbox.open();
      const sandbox = await bench.start("orders", runtime);
      const invoked = await invokeAll(sandbox, 20);
      await sandbox.shutdown();
      assert.deepEqual([...new Set(invoked.map(({ status }) => status))].sort(), ["error", "success"]);
      const logs = await assertAllArrived(bench.clickhouse, invoked, "orders");
      const resource = logs[0]?.resource ?? {};
      for (const [name, value] of Object.entries({
        "service.name": "orders",
        "faas.name": "orders",
        "cloud.provider": "aws",
        "cloud.platform": "aws_lambda",
        "cloud.region": "eu-central-1",
        "cloud.account.id": "123456789012",
        "deployment.environment.name": "test",
      }))
        assert.equal(resource[name], value, name);
      const trace = logs.find(({ body }) => body.includes("the order has no customer"));
      assert.ok(trace?.body.includes("\n"), "the stack trace is one record of several lines");
      assert.equal(trace?.severity, "error");
      const json = logs.find(({ attributes }) => attributes.sku === "A-17");
      assert.deepEqual([json?.severity, json?.body], ["warn", "stock is low"]);
      const key = JSON.stringify([sandbox.events, logs]).includes(ingestionKey);
      assert.equal(key, false, "the key is nowhere in logs or telemetry");
    });
  }

  it("takes an X-Ray header's trace as the trace of the invocation", async () => {
    bench = await ObservedSandbox.open();
    const sandbox = await bench.start("traced", {});
    const traceHeader = "Root=1-65000000-0123456789abcdef01234567;Parent=89abcdef01234567;Sampled=1";
    const { requestId } = await sandbox.invoke({ scenario: "json" }, { traceHeader });
    await sandbox.shutdown();
    const [span] = await readSpans(bench.clickhouse, { invocationId: requestId });
    assert.equal(span?.traceId, "650000000123456789abcdef01234567");
    assert.equal(span?.parentSpanId, "89abcdef01234567");
  });

  it("sends over TLS to a backend whose authority is in a CA file", async () => {
    bench = await ObservedSandbox.open({ tls: true });
    const code = join(bench.directory, "code");
    mkdirSync(code);
    cpSync(runtimes["Node.js 20"].code, code, { recursive: true });
    copyFileSync(bench.clickhouse.caFile ?? "", join(code, "ca.pem"));
    const environment = { ROTEL_OTLP_EXPORTER_TLS_CA_FILE: "/var/task/ca.pem" };
    const sandbox = await bench.start("secure", { code, environment });
    const invoked = await invokeAll(sandbox, 4);
    await sandbox.shutdown();
    await assertAllArrived(bench.clickhouse, invoked, "secure");
  });

  it("loses nothing when the backend is gone for a while and comes back", async () => {
    bench = await ObservedSandbox.open();
    const sandbox = await bench.start("patient", {});
    const before = await invokeAll(sandbox, 4);
    // On a slow machine, fetching the key may take several invocations; deliveries can only fail after that.
    while ((await bench.clickhouse.stats()).logs.records === 0) before.push(...(await invokeAll(sandbox, 4)));
    await bench.killClickHouse();
    const during = await invokeAll(sandbox, 4);
    await bench.restartClickHouse();
    const after = await invokeAll(sandbox, 4);
    await sandbox.shutdown();
    const invoked = [...before, ...during, ...after];
    assert.deepEqual(
      invoked.filter(({ status }) => status === "failure" || status === "timeout"),
      [],
    );
    // A loaded ClickHouse may take too long for the first request after an outage, and store it nevertheless.
    await assertAllArrived(bench.clickhouse, invoked, "patient", { repeated: true });
    assert.match(extensionLines(sandbox).join("\n"), /WARN/);
  });

  it("wrong key: the function answers, the extension reports the problem once", async () => {
    bench = await ObservedSandbox.open();
    const sandbox = await bench.start("locked-out", {
      environment: { ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS: "Authorization=not-the-key" },
    });
    const invoked = await invokeAll(sandbox, 8);
    await sandbox.shutdown();
    assert.deepEqual(
      invoked.filter(({ status }) => status === "failure" || status === "timeout"),
      [],
    );
    assert.deepEqual(await readLogs(bench.clickhouse), []);
    const warnings = extensionLines(sandbox).filter((line) => /401/.test(line));
    assert.equal(warnings.length, 1);
    assert.match(warnings[0] ?? "", /check the key/);
    assert.ok(!warnings.join().includes("not-the-key"), "the key is not in the warning");
  });

  it("a secret that is missing: the function answers, the extension names it", async () => {
    bench = await ObservedSandbox.open();
    const missing = "arn:aws:secretsmanager:eu-central-1:123456789012:secret:gone-AbCdEf";
    const sandbox = await bench.start("keyless", {
      environment: { ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS: `Authorization=\${${missing}}` },
    });
    const invoked = await invokeAll(sandbox, 4);
    await sandbox.shutdown();
    assert.deepEqual(
      invoked.filter(({ status }) => status === "failure" || status === "timeout"),
      [],
    );
    assert.ok(
      extensionLines(sandbox).some((line) => line.includes(missing)),
      extensionLines(sandbox).join(),
    );
  });

  it("settings that make no sense: the function answers, each is named", async () => {
    bench = await ObservedSandbox.open();
    const sandbox = await bench.start("confused", {
      environment: {
        ROTEL_TELEMETRY_ENDPOINT: "nonsense",
        ROTEL_OTLP_EXPORTER_REQUEST_TIMEOUT: "soon",
        ROTEL_OTLP_EXPORTER_ENDPIONT: "http://127.0.0.1:1",
        ROTEL_ENV_FILE: "/var/task/missing.env",
      },
    });
    const invoked = await invokeAll(sandbox, 4);
    await sandbox.shutdown();
    const said = extensionLines(sandbox).join("\n");
    for (const name of [
      "ROTEL_TELEMETRY_ENDPOINT",
      "ROTEL_OTLP_EXPORTER_REQUEST_TIMEOUT",
      "ROTEL_OTLP_EXPORTER_ENDPIONT",
      "missing.env",
    ])
      assert.ok(said.includes(name), `${name} in\n${said}`);
    await assertAllArrived(bench.clickhouse, invoked, "confused");
  });

  it("records a timeout and a crash under their own invocation", async () => {
    bench = await ObservedSandbox.open();
    const code = join(bench.directory, "failing");
    mkdirSync(code);
    const source = `exports.handler = async (event) => {
      console.log("before the end");
      if (event.exit) process.exit(3);
      await new Promise((resolve) => setTimeout(resolve, 60_000));
    };`;
    writeFileSync(join(code, "index.js"), source);
    const sandbox = await bench.start("failing", { code, timeoutSeconds: 2 });
    const timeout = await sandbox.invoke({});
    const crash = await sandbox.invoke({ exit: true });
    await sandbox.shutdown();
    assert.deepEqual([timeout.status, crash.status], ["timeout", "failure"]);
    for (const { requestId } of [timeout, crash]) {
      const lines = functionLogs(await readLogs(bench.clickhouse, { invocationId: requestId }));
      assert.deepEqual(
        lines.map(({ body }) => body),
        ["before the end"],
      );
      const [span] = await readSpans(bench.clickhouse, { invocationId: requestId });
      assert.equal(span?.status, "Error");
    }
  });

  it("a module that throws while it is loaded leaves its lines under the invocation that repeats it", async () => {
    bench = await ObservedSandbox.open();
    const code = join(bench.directory, "broken");
    mkdirSync(code);
    writeFileSync(
      join(code, "index.js"),
      'console.log("while loading"); throw new Error("no configuration");',
    );
    // A secret could arrive too late for the first environment, which ends immediately.
    const environment = { ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS: `Authorization=${ingestionKey}` };
    const sandbox = await bench.start("broken", { code, environment });
    const { status, requestId } = await sandbox.invoke({});
    await sandbox.shutdown();
    assert.equal(status, "error");
    const logs = await readLogs(bench.clickhouse);
    const bodies = logs.map(({ body }) => body);
    for (const [pattern, times] of [
      [/^while loading$/, 2],
      [/no configuration/, 2],
      [/^The init phase failed: /, 2],
    ] as const) {
      const found = bodies.filter((body) => pattern.test(body));
      assert.equal(found.length, times, `${pattern}, once for each init phase, in ${JSON.stringify(bodies)}`);
    }
    const [span] = await readSpans(bench.clickhouse, { invocationId: requestId });
    assert.equal(span?.status, "Error");
    const inits = (await readSpans(bench.clickhouse)).filter(({ name }) => name === "init");
    const ofTheInvocation = inits.filter(({ traceId }) => traceId === span?.traceId);
    assert.deepEqual([inits.length, ofTheInvocation.length], [2, 1], "the first is a trace of its own");
    assert.ok(inits.every(({ status }) => status === "Error"));
    const traced = logs.filter(({ body, traceId }) => body === "while loading" && traceId !== "");
    assert.equal(
      new Set(traced.map(({ traceId }) => traceId)).size,
      2,
      "each in the trace of its own init phase",
    );
  });
});
