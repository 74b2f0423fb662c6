import assert from "node:assert/strict";
import { injected } from "../../../../layers/node/core/awsInjection";
import { originOf } from "../../../../layers/node/core/origin";
import { triggerOf } from "../../../../layers/node/core/triggers";
import { traceparent } from "./events";
import { TracedProcesses } from "./tracedProcess";

// Bug reports about other tracing layers for Node.js that docs/traces.md lists. Other tests name theirs in their titles.
describe("reports about other layers for Node.js", () => {
  let processes: TracedProcesses;
  before(async () => {
    processes = await TracedProcesses.open();
  });
  after(() => processes.close());

  // Node.js 24's runtime does not start a handler with more than two parameters: Runtime.CallbackHandlerDeprecated.
  it("opentelemetry-js-contrib 3251: handlers have their own number of parameters, never one more", async () => {
    for (const [parameters, count] of [
      ["", 0],
      ["event", 1],
      ["event, context", 2],
      ["event, context = {}", 1],
      ["...all", 0],
    ] as const) {
      const source = `exports.handler = async (${parameters}) => ${count};`;
      const { results, spans, ...seen } = await processes.run({ files: { "index.js": source } });
      assert.deepEqual([results, spans.length], [[{ response: count }], 1], seen.output);
      assert.equal(seen.parameters, count, parameters);
    }
  });

  it("opentelemetry-js-contrib 2827, sentry-javascript 12815: the stream is the second argument, and errors of its handler are unchanged", async () => {
    const source = `export const handler = awslambda.streamifyResponse(async (event, stream, context) => {
      if (event.fails) throw new RangeError("no stream");
      stream.write(typeof context.getRemainingTimeInMillis);
      stream.write(String(event.n));
    });`;
    const { results, spans, output } = await processes.run({
      files: { "index.mjs": source },
      invocations: [{ event: { n: 1 } }, { event: { fails: true } }],
    });
    assert.deepEqual(
      results,
      [{ response: { written: ["function", "1"] } }, { error: { name: "RangeError", message: "no stream" } }],
      output,
    );
    assert.deepEqual(
      spans.map(({ status }) => status),
      [0, 2],
    );
  });

  it("serverless-plugin-datadog 232: attributes of messages to SNS are of a type that filter policies support", () => {
    const fields = [
      ["traceparent", traceparent],
      ["tracestate", "a=b"],
      ["baggage", "user=7"],
    ] as const;
    const own = { shop: { DataType: "String", StringValue: "north" } };
    const input = { TopicArn: "arn:aws:sns:x:1:news", Message: "a", MessageAttributes: own };
    const sent = injected(
      { service: "SNS", operation: "Publish", input },
      { fields, payloads: new Set() },
    ) as {
      MessageAttributes: Record<string, { DataType: string; StringValue?: string; BinaryValue?: unknown }>;
    };
    assert.deepEqual(sent.MessageAttributes, {
      ...own,
      ...Object.fromEntries(
        fields.map(([name, value]) => [name, { DataType: "String", StringValue: value }]),
      ),
    });
  });

  it("datadog-lambda-js 621: the sender's span is the parent, with an envelope of SNS or raw", () => {
    const attribute = { Type: "String", Value: traceparent };
    const TopicArn = "arn:aws:sns:x:1:news";
    const MessageAttributes = { traceparent: attribute };
    const envelope = { Type: "Notification", TopicArn, Message: "a", MessageAttributes };
    const record = {
      eventSource: "aws:sqs",
      eventSourceARN: "arn:aws:sqs:x:1:orders",
      messageAttributes: {},
    };
    const raw = { traceparent: { stringValue: traceparent, dataType: "String" } };
    for (const [delivery, message] of Object.entries({
      "with an envelope": { ...record, body: JSON.stringify(envelope) },
      raw: { ...record, body: "a", messageAttributes: raw },
      "raw JSON that looks like an envelope": {
        ...record,
        body: JSON.stringify({ Message: "a" }),
        messageAttributes: raw,
      },
    })) {
      const event = { Records: [message] };
      const { parent } = originOf({
        trigger: triggerOf(event),
        event,
        clientContext: undefined,
        xray: undefined,
        now: 1_795_953_600,
        mostLinks: 128,
      });
      assert.equal(parent?.spanId, "b7ad6b7169203331", delivery);
    }
  });
});
