import assert from "node:assert/strict";
import { isPrepared, otherInterpreters, TracedPythons } from "./tracedPython";

const files = {
  "app.py": "def handler(event, context):\n    print('line')\n    return event['n']\n",
};

describe("the tracing layer for Python", () => {
  let processes: TracedPythons;
  before(async function () {
    if (!isPrepared) this.skip();
    processes = await TracedPythons.open();
  });
  after(() => processes?.close());

  it("creates a span for each invocation, and notifies the extension of its end", async () => {
    const invocations = [1, 2].map((n) => ({ event: { n } }));
    const { results, spans, ended, output } = await processes.run({ files, invocations });
    assert.deepEqual(results, [{ response: 1 }, { response: 2 }], output);
    assert.deepEqual(
      spans.map(({ name, kind, attributes, status }) => [name, kind, attributes, status]),
      [true, false].map((coldstart, number) => [
        "orders",
        2,
        {
          "faas.invocation_id": `request-${number}`,
          "faas.coldstart": coldstart,
          "faas.trigger": "other",
          "aws.lambda.trigger": "direct",
          "cloud.resource_id": "arn:aws:lambda:eu-central-1:123456789012:function:orders",
          "cloud.account.id": "123456789012",
        },
        0,
      ]),
    );
    assert.deepEqual(ended, ["request-0", "request-1"]);
  });

  it("wrappers of Powertools are unchanged, with an invocation's span around them", async () => {
    const source = `
from aws_lambda_powertools import Logger, Metrics, Tracer
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver
logger, tracer, app = Logger(service="orders"), Tracer(service="orders", disabled=True), APIGatewayHttpResolver()

@app.get("/orders/<id>")
def order(id):
    if id == "8":
        raise ValueError("no such order")
    return {"id": id}

@logger.inject_lambda_context
@tracer.capture_lambda_handler
def handler(event, context):
    return app.resolve(event, context)
`;
    const event = (id: string): object => ({
      version: "2.0",
      routeKey: "GET /orders/{id}",
      rawPath: `/orders/${id}`,
      headers: {},
      requestContext: { stage: "$default", http: { method: "GET", path: `/orders/${id}` } },
    });
    const { results, spans, output } = await processes.run({
      files: { "app.py": source },
      invocations: [{ event: event("7") }, { event: event("8") }],
    });
    assert.equal((results[0]?.response as { statusCode?: number })?.statusCode, 200, output);
    assert.deepEqual(results[1]?.error, { name: "ValueError", message: "no such order" });
    assert.deepEqual(
      spans.map(({ name, status, attributes }) => [name, status, attributes["http.response.status_code"]]),
      [
        ["GET /orders/{id}", 0, 200],
        ["GET /orders/{id}", 2, undefined],
      ],
    );
  });

  it("runs on every version of Python that this machine has", async function () {
    this.timeout(60_000);
    for (const interpreter of otherInterpreters()) {
      const { spans, output } = await processes.run({
        files,
        invocations: [{ event: { n: 1 } }],
        interpreter,
      });
      assert.equal(spans.length, 1, `${interpreter}: ${output}`);
    }
  });
});
