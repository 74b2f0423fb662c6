import assert from "node:assert/strict";
import { cpSync, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { writeTracingLayer } from "../../../layers/node/bundle";
import { writePythonTracingLayer } from "../../../layers/python/bundle";
import type { FunctionDefinition } from "../../../sandbox";
import { readLogs, readSpans } from "../../../sandbox/clickhouse/telemetry";
import { functionLogs } from "../extension/arrivals";
import { ObservedSandbox } from "../extension/observedSandbox";
import { root, writeFiles } from "./node/tracedSandbox";

/** Simultaneous invocations per round. */
const TOGETHER = 4;

const node = `
const { trace } = require("@opentelemetry/api");
const tracer = trace.getTracer("own");
exports.handler = async ({ name }, context) => {
  await new Promise((resolve) => setTimeout(resolve, 20));
  await tracer.startActiveSpan("work " + name, async (span) => {
    await new Promise((resolve) => setTimeout(resolve, 200));
    span.end();
  });
  console.log("line of " + name);
  if (name === "b1") throw new Error("declined");
};`;

const python = `
import logging
import time
from opentelemetry import trace

tracer = trace.get_tracer("own")

def handler(event, context):
    time.sleep(0.02)
    with tracer.start_as_current_span("work " + event["name"]):
        time.sleep(0.2)
    logging.getLogger().warning("line of " + event["name"])
    if event["name"] == "b1":
        raise ValueError("declined")
`;

describe("the tracing layers on Managed Instances, in the sandbox", () => {
  const environment = join(root, ".cache", "python", "lib");
  let observed: ObservedSandbox;
  before(async function () {
    if (!existsSync(environment)) this.skip();
    observed = await ObservedSandbox.open();
  });
  after(() => observed?.close());

  /** Four simultaneous invocations, twice: each has its span, its own work below it, and its line on it. */
  async function check(name: string, changes: Partial<FunctionDefinition>): Promise<void> {
    const sandbox = await observed.start(name, {
      version: "3",
      memorySizeMb: 2048,
      initializationType: "lambda-managed-instances",
      perExecutionEnvironmentMaxConcurrency: TOGETHER,
      ...changes,
      environment: { AWS_LAMBDA_EXEC_WRAPPER: "/opt/clickstack-tracing", ...changes.environment },
    });
    const requests = new Map<string, string>();
    for (const round of ["a", "b"]) {
      const names = Array.from({ length: TOGETHER }, (_, number) => `${round}${number}`);
      const invoked = await Promise.all(names.map((one) => sandbox.invoke({ name: one })));
      for (const [index, one] of names.entries()) {
        assert.equal(invoked[index]?.status, one === "b1" ? "error" : "success", one);
        requests.set(one, invoked[index]?.requestId ?? "");
      }
    }
    await sandbox.shutdown();
    const spans = (await readSpans(observed.clickhouse)).filter(({ service }) => service === name);
    const lines = functionLogs(await readLogs(observed.clickhouse)).filter(({ service }) => service === name);
    const traces = new Set<string>();
    for (const [one, requestId] of requests) {
      const own = spans.filter(({ invocationId, kind }) => invocationId === requestId && kind === "Server");
      assert.deepEqual(
        own.map(({ attributes, status }) => [attributes["aws.lambda.trigger"], status]),
        [["direct", one === "b1" ? "Error" : "Unset"]],
        one,
      );
      const [handler] = own;
      traces.add(handler?.traceId ?? "");
      const work = spans.filter((span) => span.name === `work ${one}`);
      assert.deepEqual(
        work.map(({ traceId, parentSpanId }) => [traceId, parentSpanId]),
        [[handler?.traceId, handler?.spanId]],
        one,
      );
      const line = lines.find(({ body }) => body === `line of ${one}`);
      assert.deepEqual(
        [line?.invocationId, line?.traceId, line?.spanId],
        [requestId, handler?.traceId, handler?.spanId],
        one,
      );
    }
    assert.equal(traces.size, requests.size);
  }

  it("Node.js: invocations that overlap in one process keep apart", async () => {
    const layer = join(observed.directory, "node");
    await writeTracingLayer(root, layer);
    const code = writeFiles(join(observed.directory, "node-code"), { "index.js": node });
    const api = join("node_modules", "@opentelemetry", "api");
    cpSync(join(root, api), join(code, api), { recursive: true });
    // One process, so that the handler overlaps with itself.
    const variables = { AWS_LAMBDA_NODEJS_WORKER_COUNT: "1" };
    const runtime = "nodejs22.x";
    await check("node-orders", { code, layers: [layer], runtime, environment: variables });
  });

  it("Python: each of the processes that the runtime forks has its layer", async () => {
    const layer = join(observed.directory, "python");
    writePythonTracingLayer(root, layer);
    const code = writeFiles(join(observed.directory, "python-code"), { "main.py": python });
    const [version = ""] = readdirSync(environment).filter((one) => one.startsWith("python3"));
    for (const name of ["opentelemetry", "typing_extensions.py"])
      cpSync(join(environment, version, "site-packages", name), join(code, name), { recursive: true });
    await check("python-orders", { code, layers: [layer], runtime: "python3.13", handler: "main.handler" });
  });
});
