import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { errorOf, logLines, records, Workbench } from "./fixtures";

const nodeSource = `
let count = 0;
exports.handler = async (event, context) => {
  count += 1;
  console.log("invocation", count);
  if (event.raw) process.stdout.write(event.raw);
  if (event.log) console.log(event.log);
  if (event.fail) throw new TypeError(event.fail);
  if (event.exit !== undefined) process.exit(event.exit);
  if (event.sleepMs) await new Promise((resolve) => setTimeout(resolve, event.sleepMs));
  if (event.write) require("node:fs").writeFileSync("/tmp/kept", event.write);
  if (event.read) return require("node:fs").readFileSync("/tmp/kept", "utf8");
  if (event.variables) return process.env;
  return { event, count, requestId: context.awsRequestId, remaining: context.getRemainingTimeInMillis() };
};
`;

const pythonSource = `
import logging
import os
import sys

def handler(event, context):
    print("printed")
    logging.getLogger().warning("two\\nlines")
    if "fail" in event:
        raise ValueError(event["fail"])
    if "exit" in event:
        os._exit(event["exit"])
    return {"event": event, "requestId": context.aws_request_id, "path": sys.path}
`;

describe("sandbox: invocations", () => {
  let bench: Workbench;
  beforeEach(async () => {
    bench = await Workbench.open();
  });
  afterEach(() => bench.close());

  for (const runtime of ["nodejs20.x", "nodejs22.x"]) {
    it(`runs a ${runtime} function in one environment, cold once`, async () => {
      const sandbox = await bench.start(bench.nodeFunction(nodeSource, { runtime }));
      const first = await sandbox.invoke({ a: 1 });
      const second = await sandbox.invoke({ a: 2 });
      assert.equal(first.status, "success");
      assert.deepEqual([first.coldStart, second.coldStart], [true, false]);
      assert.equal(first.environmentId, second.environmentId);
      assert.ok((first.initDurationMs ?? 0) > 0);
      assert.equal(second.initDurationMs, undefined);
      assert.ok(first.billedDurationMs >= first.durationMs + (first.initDurationMs ?? 0));
      const payload = second.payload as {
        event: unknown;
        count: number;
        requestId: string;
        remaining: number;
      };
      assert.deepEqual(payload.event, { a: 2 });
      assert.equal(payload.count, 2);
      assert.equal(payload.requestId, second.requestId);
      assert.ok(payload.remaining > 0 && payload.remaining <= 10_000);
      assert.match(String(logLines(sandbox.events)[0]), /^\S+Z\t[0-9a-f-]{36}\tINFO\tinvocation 1\n$/);
      assert.deepEqual(
        sandbox.events.map((event) => event.type).filter((type) => type !== "function"),
        [
          "platform.initStart",
          "platform.initRuntimeDone",
          "platform.initReport",
          ...["platform.start", "platform.runtimeDone", "platform.report"],
          ...["platform.start", "platform.runtimeDone", "platform.report"],
        ],
      );
    });
  }

  it("runs a Python function", async () => {
    const sandbox = await bench.start(bench.pythonFunction(pythonSource));
    const good = await sandbox.invoke({ a: 1 });
    const bad = await sandbox.invoke({ fail: "not this" });
    const payload = good.payload as { event: unknown; requestId: string; path: string[] };
    assert.deepEqual(payload.event, { a: 1 });
    assert.equal(payload.requestId, good.requestId);
    assert.deepEqual(payload.path[0], "/var/task");
    assert.ok(!payload.path.some((path) => path.endsWith("site-packages") && !path.startsWith("/opt")));
    assert.equal(bad.status, "error");
    assert.equal(bad.functionError, "Unhandled");
    assert.deepEqual(errorOf(bad).errorType, "ValueError");
    const lines = logLines(sandbox.events);
    assert.ok(lines.includes("printed\n"));
    assert.ok(lines.some((line) => /^\[WARNING\]\t\S+Z\t[0-9a-f-]{36}\ttwo\nlines\n$/.test(String(line))));
  });

  it("finds packages of layers from CommonJS and ES modules", async () => {
    const layer = bench.files("layer-modules", {
      "nodejs/node_modules/stock/package.json": JSON.stringify({ name: "stock", main: "index.js" }),
      "nodejs/node_modules/stock/index.js": "module.exports = { count: 17 };",
    });
    const sources = {
      "index.js": "const { count } = require('stock'); exports.handler = async () => count;",
      "index.mjs": "import stock from 'stock'; export const handler = async () => stock.count;",
    };
    for (const [name, source] of Object.entries(sources)) {
      const code = bench.files(`code-${name}`, { [name]: source });
      const sandbox = await bench.start({ ...bench.nodeFunction(source), code, layers: [layer] });
      const { payload } = await sandbox.invoke({});
      assert.equal(payload, 17, name);
    }
  });

  it("has boto3 in Python's runtime, for every service, and lets the function include its own", async () => {
    const source = `
import boto3

def handler(event, context):
    services = ["dynamodb", "s3", "sqs", "bedrock-runtime"]
    made = [boto3.client(name, region_name="eu-central-1").meta.service_model.service_name for name in services]
    return {"file": boto3.__file__, "made": made}
`;
    const sandbox = await bench.start(bench.pythonFunction(source));
    const { payload } = await sandbox.invoke({});
    assert.deepEqual(payload, {
      file: "/var/runtime/boto3/__init__.py",
      made: ["dynamodb", "s3", "sqs", "bedrock-runtime"],
    });
    const own = bench.pythonFunction("import boto3\nhandler = lambda event, context: boto3.__file__");
    mkdirSync(join(own.code, "boto3"));
    writeFileSync(join(own.code, "boto3", "__init__.py"), "");
    const bundled = await bench.start(own);
    assert.equal((await bundled.invoke({})).payload, "/var/task/boto3/__init__.py");
  });

  it("delivers the JSON log format's lines as objects", async () => {
    const sandbox = await bench.start(
      bench.nodeFunction(nodeSource, { logFormat: "JSON", applicationLogLevel: "DEBUG" }),
    );
    await sandbox.invoke({ log: { order: 7 }, raw: '{"by":"hand"}\nplain\n' });
    const lines = logLines(sandbox.events) as Record<string, unknown>[];
    assert.deepEqual(
      lines.filter((line) => line.level !== undefined).map((line) => [line.level, line.message]),
      [
        ["INFO", "invocation 1"],
        ["INFO", { order: 7 }],
      ],
    );
    assert.ok(lines.some((line) => line.by === "hand"));
    assert.ok(lines.some((line) => String(line) === "plain\n"));
  });

  it("keeps the order of one stream's lines, and all of them, before the runtime is done", async () => {
    const source = `exports.handler = async () => { for (let i = 0; i < 20000; i++) console.log("line", i); };`;
    const sandbox = await bench.start(bench.nodeFunction(source));
    await sandbox.invoke();
    const types = sandbox.events.map((event) => event.type);
    assert.deepEqual(
      logLines(sandbox.events).map((line) => Number(/line (\d+)/.exec(String(line))?.[1])),
      Array.from({ length: 20_000 }, (_, index) => index),
    );
    assert.ok(types.lastIndexOf("function") < types.indexOf("platform.runtimeDone"));
  });

  it("returns the function's error", async () => {
    const sandbox = await bench.start(bench.nodeFunction(nodeSource));
    const result = await sandbox.invoke({ fail: "not this" });
    assert.equal(result.status, "error");
    assert.equal(errorOf(result).errorType, "TypeError");
    assert.equal(errorOf(result).errorMessage, "not this");
    assert.equal(records(sandbox.events, "platform.runtimeDone")[0].status, "error");
    const next = await sandbox.invoke({});
    assert.equal((next.payload as { count: number }).count, 2);
  });

  it("kills a function that takes too long, and restarts it in the same environment", async () => {
    // Includes time for the restart, which is part of the next invocation.
    const sandbox = await bench.start(bench.nodeFunction(nodeSource, { timeoutSeconds: 4 }));
    await sandbox.invoke({ write: "kept" });
    const late = await sandbox.invoke({ sleepMs: 60_000 });
    const next = await sandbox.invoke({ read: true });
    assert.equal(late.status, "timeout");
    assert.deepEqual(late.payload, {
      errorType: "Sandbox.Timedout",
      errorMessage: `RequestId: ${late.requestId} Error: Task timed out after 4.00 seconds`,
    });
    assert.equal(next.status, "success");
    assert.equal(next.coldStart, false);
    assert.equal(next.environmentId, late.environmentId);
    assert.deepEqual(
      records(sandbox.events, "platform.initStart").map((record) => record.phase),
      ["init", "invoke"],
    );
    assert.deepEqual(
      records(sandbox.events, "platform.report").map((record) => record.status),
      ["success", "timeout", "success"],
    );
    // A reset keeps /tmp, as on Lambda.
    assert.equal(next.payload, "kept");
  });

  it("reports a runtime that exits", async () => {
    const sandbox = await bench.start(bench.nodeFunction(nodeSource));
    const result = await sandbox.invoke({ exit: 3 });
    assert.equal(result.status, "failure");
    assert.deepEqual(result.payload, {
      errorType: "Runtime.ExitError",
      errorMessage: `RequestId: ${result.requestId} Error: Runtime exited with error: exit status 3`,
    });
    assert.equal(records(sandbox.events, "platform.report")[0].errorType, "Runtime.ExitError");
    assert.ok((records(sandbox.events, "platform.report")[0].metrics?.maxMemoryUsedMB ?? 0) > 0);
    assert.equal((await sandbox.invoke({})).status, "success");
  });

  it("repeats a failed initialization inside the invocation, and returns its error", async () => {
    const sandbox = await bench.start(bench.nodeFunction("throw new RangeError('at init');"));
    const result = await sandbox.invoke({});
    assert.equal(result.status, "error");
    assert.equal(errorOf(result).errorMessage, "at init");
    assert.deepEqual(
      records(sandbox.events, "platform.initReport").map((record) => [record.phase, record.status]),
      [
        ["init", "error"],
        ["invoke", "error"],
      ],
    );
  });

  it("gives functions Lambda's variables, the function's own, and none of the host's", async () => {
    process.env.SANDBOX_TEST_LEAK = "leaked";
    const definition = bench.nodeFunction(nodeSource, { environment: { OWN: "1", BOTH: "function" } });
    const sandbox = await bench.start(definition, {
      platformEnvironment: { BOTH: "platform", AWS_ENDPOINT_URL: "http://127.0.0.1:1" },
    });
    const variables = (await sandbox.invoke({ variables: true })).payload as Record<string, string>;
    delete process.env.SANDBOX_TEST_LEAK;
    assert.equal(variables.SANDBOX_TEST_LEAK, undefined);
    assert.equal(variables.HOME, undefined);
    assert.equal(variables.OWN, "1");
    assert.equal(variables.BOTH, "function");
    assert.equal(variables.AWS_ENDPOINT_URL, "http://127.0.0.1:1");
    assert.equal(variables._HANDLER, "index.handler");
    assert.equal(variables.AWS_LAMBDA_FUNCTION_NAME, "hello");
    assert.equal(variables.AWS_LAMBDA_FUNCTION_MEMORY_SIZE, "256");
    assert.equal(variables.AWS_REGION, "eu-central-1");
    assert.match(variables.AWS_LAMBDA_LOG_STREAM_NAME, /^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/);
    assert.match(
      variables._X_AMZN_TRACE_ID,
      /^Root=1-[0-9a-f]{8}-[0-9a-f]{24};Parent=[0-9a-f]{16};Sampled=0$/,
    );
  });

  it("runs the exec wrapper of a layer, and lets a later layer win", async () => {
    const wrapper = '#!/bin/sh\nexport WRAPPED="$(cat /opt/name)"\nexec "$@"\n';
    const first = bench.files("layer-first", { wrapper, name: "first", only: "first" });
    const second = bench.files("layer-second", { name: "second" });
    const definition = bench.nodeFunction(
      `const fs = require("node:fs");
       exports.handler = async () => [process.env.WRAPPED, fs.readFileSync("/opt/only", "utf8")];`,
      { layers: [first, second], environment: { AWS_LAMBDA_EXEC_WRAPPER: "/opt/wrapper" } },
    );
    const sandbox = await bench.start(definition);
    assert.deepEqual((await sandbox.invoke()).payload, ["second", "first"]);
  });

  it("runs a function that includes its own runtime", async () => {
    const code = bench.files("code-own", {
      bootstrap: `#!${process.execPath}
const base = "http://" + process.env.AWS_LAMBDA_RUNTIME_API + "/2018-06-01/runtime/invocation/";
(async () => {
  for (;;) {
    const next = await fetch(base + "next");
    const id = next.headers.get("lambda-runtime-aws-request-id");
    console.log("own runtime");
    await fetch(base + id + "/response", { method: "POST", body: JSON.stringify({ got: await next.json() }) });
  }
})();
`,
    });
    const sandbox = await bench.start(bench.definition({ runtime: "provided.al2023", code }));
    assert.deepEqual((await sandbox.invoke({ n: 1 })).payload, { got: { n: 1 } });
    assert.deepEqual(logLines(sandbox.events), ["own runtime\n"]);
    const missing = await bench.start(
      bench.definition({ runtime: "provided.al2023", code: bench.files("code-none", {}) }),
    );
    assert.equal(errorOf(await missing.invoke()).errorType, "Runtime.InvalidEntrypoint");
  });

  it("refuses functions that Lambda would not take", async () => {
    const definition = bench.nodeFunction(nodeSource);
    await assert.rejects(
      bench.start({ ...definition, timeoutSeconds: 901 }),
      /function\.timeoutSeconds: 901/,
    );
    await assert.rejects(
      bench.start({ ...definition, runtime: "nodejs12.x" }),
      /function\.runtime: nodejs12\.x/,
    );
    await assert.rejects(
      bench.start({ ...definition, layers: Array(6).fill("x") }),
      /function\.layers: 6 layers/,
    );
    await assert.rejects(bench.start({ ...definition, code: "/nowhere.zip" }), /\/nowhere\.zip/);
    await assert.rejects(
      bench.start({ ...definition, initializationType: "provisioned-concurrency" }),
      /function\.version: provisioned concurrency needs a published version/,
    );
    await assert.rejects(
      bench.start({ ...definition, packageType: "Image", layers: [definition.code] }),
      /function\.layers: .*package type Image/,
    );
    await assert.rejects(
      bench.start({ ...definition, imageOpt: definition.code }),
      /function\.imageOpt: only .*Image/,
    );
  });

  it("provisions all environments ahead, and reports why one cannot be provisioned", async () => {
    const kind = { version: "3", initializationType: "provisioned-concurrency" } as const;
    const sandbox = await bench.start(bench.nodeFunction(nodeSource, kind), { maxConcurrency: 2 });
    const provisioned = sandbox.isolation.mode === "none" ? 1 : 2;
    assert.equal(records(sandbox.events, "platform.initReport").length, provisioned);
    const results = await Promise.all([sandbox.invoke({ variables: true }), sandbox.invoke({})]);
    assert.deepEqual(
      results.map(({ coldStart, initDurationMs }) => [coldStart, initDurationMs]),
      [
        [false, undefined],
        [false, undefined],
      ],
    );
    const variables = results[0]?.payload as Record<string, string>;
    assert.equal(variables.AWS_LAMBDA_INITIALIZATION_TYPE, "provisioned-concurrency");
    assert.equal(records(sandbox.events, "platform.initReport").length, provisioned);
    await sandbox.shutdown();
    const failing = bench.nodeFunction("throw new RangeError('at init');", { ...kind, name: "failing" });
    await assert.rejects(bench.start(failing), /function failing: can't provision an environment: .*at init/);
  });
});
