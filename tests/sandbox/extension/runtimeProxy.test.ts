import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readLogs, readSpans } from "../../../sandbox/clickhouse/telemetry";
import { ObservedSandbox } from "./observedSandbox";

/** Ends only this environment's extension: the one whose proxy its runtime uses. */
const killExtension = `function killExtension() {
  const own = process.env.AWS_LAMBDA_RUNTIME_API;
  const begin = ".clickstack-runtime-proxy-";
  const isOwn = (name) => name.startsWith(begin) && fs.readFileSync("/tmp/" + name, "utf8").trim() === own;
  const api = fs.readdirSync("/tmp").find(isOwn).slice(begin.length);
  for (const pid of fs.readdirSync("/proc").filter(Number)) {
    try {
      const variables = fs.readFileSync("/proc/" + pid + "/environ", "utf8").split("\\0");
      if (variables.includes("AWS_LAMBDA_RUNTIME_API=" + api)) process.kill(Number(pid), "SIGKILL");
    } catch {}
  }
}`;

const source = `const fs = require("node:fs");
${killExtension}
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
exports.streaming = awslambda.streamifyResponse(async ({ kind }, stream) => {
  console.log("streaming " + kind);
  const status = { statusCode: 503, headers: { "content-type": "text/plain" } };
  const body = kind === "http" ? awslambda.HttpResponseStream.from(stream, status) : stream;
  for (let part = 0; part < 4; part++) {
    body.write("x".repeat(kind === "large" ? 1572864 : 1000));
    await pause(100);
    if (kind === "exit") process.exit(3);
    if (kind === "extension") killExtension();
  }
  if (kind === "broken") throw new RangeError("out of stock");
  body.end();
});
exports.buffered = async ({ size }) => {
  console.log("buffered " + size);
  return "x".repeat(size);
};`;

const [traceId, parent] = ["0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"];
const request = (more: object): object => ({
  version: "2.0",
  rawPath: "/orders",
  headers: { traceparent: `00-${traceId}-${parent}-01` },
  requestContext: {
    domainName: "a1.lambda-url.eu-central-1.on.aws",
    http: { method: "GET", path: "/orders" },
  },
  ...more,
});

/** Lambda's limit on a response that is not streamed, with the quotes that JSON has around it. */
const largest = 6 * 1024 * 1024;

describe("the runtime API proxy, with AWS's runtime interface client for Node.js", () => {
  let bench: ObservedSandbox;
  let code: string;
  before(async () => {
    bench = await ObservedSandbox.open();
    code = join(bench.directory, "function");
    mkdirSync(code);
    writeFileSync(join(code, "index.js"), source);
  });
  after(() => bench.close());

  const start = (name: string, handler: string) =>
    bench.start(name, {
      runtime: "nodejs22.x",
      handler,
      code,
      environment: {
        AWS_LAMBDA_EXEC_WRAPPER: "/opt/clickstack-tracing",
        CLICKSTACK_TRACING: "off",
        CLICKSTACK_RUNTIME_PROXY: "true",
      },
    });

  /** The content of an invocation's single span; its line belongs to it. */
  async function told(invocationId: string, line: string) {
    const [span, ...others] = await readSpans(bench.clickhouse, { invocationId });
    assert.deepEqual(others, []);
    const { attributes = {}, ...rest } = span ?? {};
    assert.deepEqual(
      [attributes["aws.lambda.trigger"], rest.traceId, rest.parentSpanId],
      ["function-url", traceId, parent],
    );
    const logs = await readLogs(bench.clickhouse, { invocationId });
    const found = logs.find(({ body }) => body === line);
    assert.equal(found?.spanId, rest.spanId, JSON.stringify(logs));
    return {
      status: rest.status,
      code: attributes["http.response.status_code"],
      size: attributes["aws.lambda.response.size"],
      error: attributes["error.type"],
    };
  }

  it("streams pass as they are written, whole, broken and cut off, and the end of either process is survived", async () => {
    const sandbox = await start("streams-proxied", "index.streaming");
    const invoked = [];
    for (const kind of ["http", "broken", "large", "exit", "extension", "plain"]) {
      const { requestId, status, payload } = await sandbox.invoke(request({ kind }));
      invoked.push({ kind, requestId, status, length: String(payload).length });
    }
    await sandbox.shutdown();
    assert.deepEqual(
      invoked.map(({ kind, status }) => [kind, status]),
      [
        ["http", "success"],
        ["broken", "error"],
        ["large", "success"],
        ["exit", "failure"],
        ["extension", "failure"],
        ["plain", "success"],
      ],
    );
    assert.deepEqual([invoked[2]?.length, invoked[5]?.length], [largest, 4_000]);
    const lasted = sandbox.events
      .filter(({ type }) => type === "platform.runtimeDone")
      .map(({ record }) => (record as { spans?: { name: string; durationMs: number }[] }).spans ?? [])
      .map((spans) => spans.find(({ name }) => name === "responseDuration")?.durationMs ?? 0);
    // Lambda receives the first part before the last is written.
    assert.ok((lasted[0] ?? 0) >= 290, String(lasted));
    const spans = [];
    for (const { kind, requestId } of invoked) {
      // Nothing is left to report this one.
      if (kind !== "extension") spans.push(await told(requestId, `streaming ${kind}`));
    }
    const [http, broken, large, exit, plain] = spans;
    assert.deepEqual([http?.status, http?.code, http?.error], ["Error", "503", "503"]);
    assert.deepEqual([broken?.status, broken?.error, broken?.size], ["Error", "RangeError", "4000"]);
    assert.deepEqual([large?.status, large?.size], ["Unset", String(largest)]);
    assert.deepEqual([exit?.status, exit?.error], ["Error", "Runtime.ExitError"]);
    assert.deepEqual([plain?.status, plain?.size], ["Unset", "4000"]);
  });

  it("responses of 6 MB pass, and Lambda's refusal of larger ones", async () => {
    const sandbox = await start("large-proxied", "index.buffered");
    const whole = await sandbox.invoke(request({ size: largest - 2 }));
    const larger = await sandbox.invoke(request({ size: largest }));
    const next = await sandbox.invoke(request({ size: 1 }));
    await sandbox.shutdown();
    assert.deepEqual([whole.status, larger.status, next.status], ["success", "error", "success"]);
    assert.equal(String(whole.payload).length, largest - 2);
    const sizes = [];
    for (const [{ requestId }, size] of [
      [whole, largest - 2],
      [larger, largest],
      [next, 1],
    ] as const) {
      sizes.push((await told(requestId, `buffered ${size}`)).size);
    }
    assert.deepEqual(sizes, [String(largest), String(largest + 2), "3"]);
  });
});
