import assert from "node:assert/strict";
import { pythonTracingLayer } from "../../../../layers/python/bundle";
import { zip } from "../../../../layers/zip";
import { isPrepared, root, TracedPythons } from "./tracedPython";

// Bug reports about other tracing layers for Python that docs/traces.md lists.
describe("reports about other layers for Python", () => {
  let processes: TracedPythons;
  before(async function () {
    if (!isPrepared) this.skip();
    processes = await TracedPythons.open();
  });
  after(() => processes?.close());

  it("opentelemetry-lambda 1714 and 655, aws-otel-lambda 1114: modules are searched where they were", async () => {
    const source = "import sys\ndef handler(event, context):\n    return sys.path\n";
    const [traced, plain] = await Promise.all(
      ["on", "off"].map((value) =>
        processes.run({ files: { "app.py": source }, env: { CLICKSTACK_TRACING: value } }),
      ),
    );
    const paths = (run: typeof traced): string[] => {
      const path = run?.results[0]?.response;
      assert.ok(Array.isArray(path), run?.output);
      return path.map((one: string) => one.replace(/code-\d+/, "code"));
    };
    assert.deepEqual(
      paths(traced).filter((path) => !path.endsWith("/clickstack/python")),
      paths(plain),
    );
  });

  it("opentelemetry-lambda 254, datadog-lambda-python 79: handlers in folders import from the function's root", async () => {
    const { results, spans, output } = await processes.run({
      files: {
        "src/orders/app.py":
          "import utils\nfrom . import rules\ndef handler(event, context):\n    return utils.name + rules.name\n",
        "src/orders/rules.py": "name = 'rules'\n",
        "utils.py": "name = 'utils'\n",
      },
      handler: "src/orders/app.handler",
    });
    assert.deepEqual([results[0]?.response, spans.length], ["utilsrules", 1], output);
  });

  it("datadog-lambda-python 548: without opentelemetry-api an import of it is an ImportError", async () => {
    const source = `
try:
    from opentelemetry import trace
except ImportError:
    trace = None
def handler(event, context):
    return trace is None
`;
    const preload = "sys.modules['opentelemetry'] = None";
    const { results, spans, output } = await processes.run({ files: { "app.py": source }, preload });
    assert.deepEqual([results[0]?.response, spans.length], [true, 1], output);
  });

  it("opentelemetry-lambda 2070: the layer has no package that could stand in for one of the function's", async () => {
    const entries = pythonTracingLayer(root);
    const names = entries.map(({ name }) => name);
    assert.deepEqual(
      names.filter((name) => !name.startsWith("clickstack/python/")),
      ["clickstack-tracing", "python/clickstack_handler.py"],
    );
    const imported = entries.flatMap(({ name, content }) =>
      name.endsWith(".py")
        ? [...content.toString().matchAll(/^(?:from|import) ([a-z_]\w*)/gm)].map(([, module]) => module ?? "")
        : [],
    );
    const known =
      "_contextvars _frozen_importlib _frozen_importlib_external _socket _thread atexit base64 contextlib functools importlib json marshal os re sys threading time";
    assert.deepEqual([...new Set(imported)].sort(), known.split(" ").sort());
    const bytes = await zip(entries);
    assert.ok(bytes.length <= 100_000, `${bytes.length} bytes`);
    assert.ok(bytes.equals(await zip(pythonTracingLayer(root))), "the same bytes each time");
  });

  it("opentelemetry-python-contrib 2764, aws-otel-python 11: a message that boto3 sends to a queue continues the trace", async () => {
    const source = `
import os
os.environ.update(AWS_ACCESS_KEY_ID="a", AWS_SECRET_ACCESS_KEY="b", AWS_DEFAULT_REGION="eu-central-1")
import boto3
sent = []
client = boto3.client("sqs")
client.meta.events.register("before-call.sqs.SendMessage", lambda params, **more: (sent.append(params["body"]), Stop())[1])
class Stop(Exception): pass
def handler(event, context):
    if "Records" in event:
        return None
    try:
        client.send_message(QueueUrl="https://sqs/1/orders", MessageBody="x", MessageAttributes={"a": {"DataType": "String", "StringValue": "b"}})
    except Exception:
        pass
    return sent[0].decode() if isinstance(sent[0], bytes) else sent[0]
`;
    const first = await processes.run({ files: { "app.py": source }, invocations: [{ event: {} }] });
    const body = JSON.parse(String(first.results[0]?.response)) as {
      MessageAttributes: Record<string, { DataType: string; StringValue: string }>;
    };
    assert.deepEqual(Object.keys(body.MessageAttributes), ["a", "traceparent"]);
    const messageAttributes = Object.fromEntries(
      Object.entries(body.MessageAttributes).map(([name, { DataType, StringValue }]) => [
        name,
        { dataType: DataType, stringValue: StringValue },
      ]),
    );
    const record = {
      eventSource: "aws:sqs",
      eventSourceARN: "arn:aws:sqs:x:1:orders",
      body: "x",
      messageAttributes,
    };
    const second = await processes.run({
      files: { "app.py": source },
      invocations: [{ event: { Records: [record] } }],
    });
    const call = first.spans.find(({ name }) => name === "SQS.SendMessage");
    const [consumer] = second.spans;
    assert.deepEqual([consumer?.traceId, consumer?.parentSpanId], [call?.traceId, call?.spanId]);
  });
});
