import assert from "node:assert/strict";
import { cpSync, existsSync } from "node:fs";
import { join } from "node:path";
import { writePythonTracingLayer } from "../../../../layers/python/bundle";
import type { InvocationResult, Sandbox } from "../../../../sandbox";
import { readLogs, readSpans } from "../../../../sandbox/clickhouse/telemetry";
import { functionLogs } from "../../extension/arrivals";
import { ObservedSandbox } from "../../extension/observedSandbox";
import { root, writeFiles } from "../node/tracedSandbox";

/** Packages of the project's own Python environment. */
const packages = join(root, ".cache", "python", "lib");

const source = `
import time
import logging
from aws_lambda_powertools import Logger, Tracer
from aws_lambda_powertools.utilities.typing import LambdaContext
from opentelemetry import propagate, trace

logger = Logger(service="orders", level="INFO")
powertools = Tracer(disabled=True)
tracer = trace.get_tracer("own")

def handler(event, context):
    print(f"line of {event['number']}")
    with tracer.start_as_current_span("work"):
        time.sleep(0.025)
    return {"number": event["number"]}

@logger.inject_lambda_context
@powertools.capture_lambda_handler
def wrapped(event: dict, context: LambdaContext):
    if event.get("fail"):
        raise ValueError("declined")
    if event.get("hang"):
        with tracer.start_as_current_span("query"):
            time.sleep(60)
    time.sleep(0.025)
    logger.info("wrapped")
    carrier = {}
    propagate.inject(carrier)
    return carrier
`;

/** Rows by their span id: a backend that is slow to answer is sent the same again. */
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

  /** With packages of the Python environment in its code, as a deployment package has them. */
  function start(
    name: string,
    handler: string,
    names: readonly string[],
    timeout?: number,
  ): Promise<Sandbox> {
    const code = writeFiles(join(observed.directory, `code-${name}`), { "shop/app.py": source });
    const [site = ""] = [11, 10, 12, 13, 9, 14]
      .map((minor) => join(packages, `python3.${minor}`, "site-packages"))
      .filter((path) => existsSync(path));
    for (const each of names) {
      if (existsSync(join(site, each))) cpSync(join(site, each), join(code, each), { recursive: true });
    }
    const environment = { AWS_LAMBDA_EXEC_WRAPPER: "/opt/clickstack-tracing", CLICKSTACK_FLUSH_MODE: "end" };
    const changes = { code, handler, runtime: "python3.12", layers: [layer], environment };
    return observed.start(name, { ...changes, ...(timeout === undefined ? {} : { timeout }) });
  }
  const api = ["opentelemetry", "typing_extensions.py"];
  const powertools = [
    ...api,
    "aws_lambda_powertools",
    "jmespath",
    "boto3",
    "botocore",
    "aws_xray_sdk",
    "wrapt",
  ];

  it("100 invocations: the handler's span on each line, own spans below it, none lost across freezes", async () => {
    const sandbox = await start("orders", "shop/app.handler", powertools);
    const invoked: InvocationResult[] = [];
    for (let number = 0; number < 100; number += 1) invoked.push(await sandbox.invoke({ number }));
    await sandbox.shutdown();
    assert.deepEqual([...new Set(invoked.map(({ status }) => status))], ["success"]);
    const spans = distinct(await readSpans(observed.clickhouse));
    const handlers = spans.filter(({ kind }) => kind === "Server");
    const logs = functionLogs(await readLogs(observed.clickhouse));
    for (const [number, { requestId }] of invoked.entries()) {
      const own = handlers.filter(({ invocationId }) => invocationId === requestId);
      assert.equal(own.length, 1, `invocation ${number} has one span: ${JSON.stringify(own)}`);
      assert.equal(own[0]?.attributes["aws.lambda.trigger"], "direct", "the layer's, not the extension's");
      const [line] = logs.filter(({ invocationId }) => invocationId === requestId);
      assert.deepEqual(
        [line?.body, line?.traceId, line?.spanId],
        [`line of ${number}`, own[0]?.traceId, own[0]?.spanId],
      );
      const work = spans.filter(({ parentSpanId }) => parentSpanId === own[0]?.spanId);
      assert.deepEqual(
        work.map(({ name }) => name),
        ["work"],
      );
    }
    assert.equal(handlers.length, invoked.length);
    assert.equal(handlers.filter(({ attributes }) => attributes["faas.coldstart"] === "true").length, 1);
  });

  it("Powertools' wrappers, a message that continues a trace, an error, and a timeout with its open spans", async () => {
    const sandbox = await start("chain", "shop/app.wrapped", powertools, 2);
    const http = { method: "POST", path: "/orders", sourceIp: "192.0.2.1" };
    const request = await sandbox.invoke({ routeKey: "POST /orders", requestContext: { http } });
    const { traceparent } = request.payload as { traceparent: string };
    const attribute = { stringValue: traceparent, dataType: "String" };
    const eventSourceARN = "arn:aws:sqs:eu-central-1:123456789012:orders";
    const record = {
      eventSource: "aws:sqs",
      eventSourceARN,
      body: "{}",
      messageAttributes: { traceparent: attribute },
    };
    const message = await sandbox.invoke({ Records: [record] });
    const failed = await sandbox.invoke({ fail: true, headers: message.payload });
    const hung = await sandbox.invoke({ hang: true });
    await sandbox.shutdown();
    assert.deepEqual(
      [request, message, failed, hung].map(({ status }) => status),
      ["success", "success", "failure", "timeout"],
    );
    const spans = distinct(await readSpans(observed.clickhouse));
    const [first, second, third, last] = [request, message, failed, hung].map(({ requestId }) =>
      spans.find(
        ({ invocationId, attributes }) => invocationId === requestId && attributes["aws.lambda.trigger"],
      ),
    );
    assert.deepEqual(
      [first, second, third].map((span) => [span?.name, span?.kind, span?.traceId, span?.parentSpanId]),
      [
        ["POST /orders", "Server", first?.traceId, ""],
        ["process orders", "Consumer", first?.traceId, first?.spanId],
        ["chain", "Server", first?.traceId, second?.spanId],
      ],
    );
    assert.deepEqual([third?.statusCode, third?.attributes["error.type"]], ["Error", "ValueError"]);
    const query = spans.find(({ name }) => name === "query");
    assert.deepEqual(
      [query?.parentSpanId, query?.attributes["clickstack.unfinished"], query?.statusCode],
      [last?.spanId, "true", "Error"],
    );
    const logs = functionLogs(await readLogs(observed.clickhouse));
    const line = logs.find(({ invocationId }) => invocationId === request.requestId);
    assert.deepEqual([line?.body, line?.spanId], ["wrapped", first?.spanId]);
  });
});
