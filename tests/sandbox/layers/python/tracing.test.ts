import assert from "node:assert/strict";
import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";
import { writePythonTracingLayer } from "../../../../layers/python/bundle";
import type { InvocationResult, Sandbox } from "../../../../sandbox";
import { readLogs, readSpans, type StoredSpan } from "../../../../sandbox/clickhouse/telemetry";
import { functionLogs } from "../../extension/arrivals";
import { ObservedSandbox } from "../../extension/observedSandbox";
import { root, writeFiles } from "../node/tracedSandbox";

/** Packages of the project's own Python environment. */
const packages = join(root, ".cache", "python", "lib");

const source = `
import time
from aws_lambda_powertools import Logger
from opentelemetry import propagate, trace

logger = Logger(service="orders", level="INFO")
tracer = trace.get_tracer("own")

@logger.inject_lambda_context
def handler(event, context):
    if event.get("fail"):
        raise ValueError("declined")
    if "number" in event:
        print(f"line of {event['number']}")
    else:
        logger.info("wrapped")
    carrier = {}
    propagate.inject(carrier)
    with tracer.start_as_current_span("work"):
        time.sleep(60 if event.get("hang") else 0.025)
    return carrier
`;

/** Rows by their span id: a request that is answered too slowly is sent again. */
function distinct<T extends { spanId: string }>(rows: readonly T[]): T[] {
  return [...new Map(rows.map((row) => [row.spanId, row])).values()];
}

describe("the tracing layer for Python in the sandbox", () => {
  let observed: ObservedSandbox;
  let layer: string;
  beforeEach(async function () {
    if (!existsSync(packages)) this.skip();
    observed = await ObservedSandbox.open();
    layer = join(observed.directory, "tracing");
    writePythonTracingLayer(root, layer);
  });
  afterEach(() => observed?.close());

  /** With packages of the Python environment in its code, as in a deployment package. */
  function start(): Promise<Sandbox> {
    const code = writeFiles(join(observed.directory, "code"), { "shop/app.py": source });
    const [site = ""] = [9, 10, 11, 12, 13, 14, 15]
      .map((minor) => join(packages, `python3.${minor}`, "site-packages"))
      .filter((path) => existsSync(path));
    for (const name of ["opentelemetry", "typing_extensions.py", "aws_lambda_powertools", "jmespath"])
      cpSync(join(site, name), join(code, name), { recursive: true });
    const environment = { AWS_LAMBDA_EXEC_WRAPPER: "/opt/clickstack-tracing", CLICKSTACK_FLUSH_MODE: "end" };
    const runtime = "python3.12";
    const handler = "shop/app.handler";
    return observed.start("orders", {
      code,
      handler,
      runtime,
      layers: [layer],
      environment,
      timeoutSeconds: 3,
    });
  }

  it("100 invocations through Powertools, a chain, an error and a timeout: nothing is lost across freezes", async () => {
    const sandbox = await start();
    const invoked: InvocationResult[] = [];
    for (let number = 0; number < 100; number += 1) invoked.push(await sandbox.invoke({ number }));
    const http = { method: "POST", path: "/orders", sourceIp: "192.0.2.1" };
    const request = await sandbox.invoke({ routeKey: "POST /orders", requestContext: { http } });
    const { traceparent } = request.payload as { traceparent: string };
    const record = {
      eventSource: "aws:sqs",
      eventSourceARN: "arn:aws:sqs:eu-central-1:123456789012:orders",
      body: "{}",
      messageAttributes: { traceparent: { stringValue: traceparent, dataType: "String" } },
    };
    const message = await sandbox.invoke({ Records: [record] });
    const failed = await sandbox.invoke({ fail: true, headers: message.payload });
    const hung = await sandbox.invoke({ hang: true });
    await sandbox.shutdown();
    assert.deepEqual(
      [...invoked, request, message, failed, hung].map(({ status }) => status),
      [...invoked.map(() => "success"), "success", "success", "error", "timeout"],
    );
    const spans = distinct(await readSpans(observed.clickhouse));
    const logs = functionLogs(await readLogs(observed.clickhouse));
    const handlers = spans.filter(({ attributes }) => attributes["aws.lambda.trigger"] !== undefined);
    const spanOf = ({ requestId }: InvocationResult): StoredSpan => {
      const own = handlers.filter(({ invocationId }) => invocationId === requestId);
      assert.equal(own.length, 1, `${requestId}: ${JSON.stringify(own)}`);
      return own[0] as StoredSpan;
    };
    const lineOf = ({ requestId }: InvocationResult): unknown[] => {
      const [line] = logs.filter(({ invocationId }) => invocationId === requestId);
      return [line?.body, line?.traceId, line?.spanId];
    };
    for (const [number, invocation] of invoked.entries()) {
      const own = spanOf(invocation);
      assert.deepEqual(lineOf(invocation), [`line of ${number}`, own.traceId, own.spanId]);
      const work = spans.filter(({ parentSpanId, name }) => parentSpanId === own.spanId && name === "work");
      assert.equal(work.length, 1, `invocation ${number}`);
    }
    assert.equal(handlers.length, invoked.length + 4);
    assert.equal(handlers.filter(({ attributes }) => attributes["faas.coldstart"] === "true").length, 1);
    const [first, second, third, last] = [request, message, failed, hung].map(spanOf) as StoredSpan[];
    assert.deepEqual(
      [first, second, third].map((span) => [span?.name, span?.kind, span?.traceId, span?.parentSpanId]),
      [
        ["POST /orders", "Server", first?.traceId, ""],
        ["process orders", "Consumer", first?.traceId, first?.spanId],
        ["orders", "Server", first?.traceId, second?.spanId],
      ],
    );
    assert.deepEqual(lineOf(request), ["wrapped", first?.traceId, first?.spanId]);
    assert.deepEqual([third?.status, third?.attributes["error.type"]], ["Error", "ValueError"]);
    const open = spans.find(({ name, parentSpanId }) => name === "work" && parentSpanId === last?.spanId);
    assert.deepEqual([open?.attributes["clickstack.unfinished"], open?.status], ["true", "Error"]);
  });
});
