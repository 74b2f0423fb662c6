import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { build } from "esbuild";
import fc from "fast-check";
import { injected } from "../../../../layers/node/core/awsInjection";
import { operationSpan } from "../../../../layers/node/core/awsOperation";
import { TracedProcesses } from "./tracedProcess";

const root = join(__dirname, "..", "..", "..", "..");
const client = 3;
const producer = 4;

/** Answers like SQS, SNS and Lambda, and records the requests. */
class FakeAws {
  readonly received: { headers: http.IncomingHttpHeaders; body: string }[] = [];
  private readonly server = http.createServer((request, response) => {
    let body = "";
    request.on("data", (data) => (body += data));
    request.on("end", () => {
      this.received.push({ headers: request.headers, body });
      response.setHeader("x-amzn-requestid", "r-1");
      if (body.includes("missing")) response.statusCode = 400;
      response.end(answerTo(body));
    });
  });

  async open(): Promise<string> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

function answerTo(body: string): string {
  if (body.startsWith("Action=Publish"))
    return "<PublishResponse><PublishResult><MessageId>m</MessageId></PublishResult></PublishResponse>";
  if (body.includes("missing")) return '{"__type":"com.amazonaws.sqs#QueueDoesNotExist","message":"none"}';
  const text = (JSON.parse(body) as { MessageBody?: string }).MessageBody ?? "";
  return JSON.stringify({ MessageId: "m", MD5OfMessageBody: createHash("md5").update(text).digest("hex") });
}

const imports = {
  CommonJS: `const { SQSClient, SendMessageCommand } = require("@aws-sdk/client-sqs");
    const { SNSClient, PublishCommand } = require("@aws-sdk/client-sns");
    const { LambdaClient, InvokeCommand } = require("@aws-sdk/client-lambda");`,
  "ES modules": `import { createRequire } from "node:module";
    const path = (name) => createRequire("${root}/x.js").resolve(name);
    const { SQSClient, SendMessageCommand } = await import(path("@aws-sdk/client-sqs"));
    const { SNSClient, PublishCommand } = await import(path("@aws-sdk/client-sns"));
    const { LambdaClient, InvokeCommand } = await import(path("@aws-sdk/client-lambda"));`,
};
const calls = `async ({ endpoint }) => {
  const options = { region: "eu-central-1", endpoint, credentials: { accessKeyId: "a", secretAccessKey: "b" } };
  const QueueUrl = endpoint + "/123456789012/orders";
  const sqs = new SQSClient(options);
  const command = new SendMessageCommand({ QueueUrl, MessageBody: "hello" });
  await sqs.send(command);
  await sqs.send(command);
  const failure = await new Promise((resolve) =>
    sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: "missing" }), (error) => resolve(error.name)));
  const TopicArn = "arn:aws:sns:eu-central-1:123456789012:news";
  await new SNSClient(options).send(new PublishCommand({ TopicArn, Message: "hello" }));
  await new LambdaClient(options).send(new InvokeCommand({ FunctionName: "charge", Payload: "{}" }));
  return { failure, input: command.input.MessageAttributes ?? "unchanged" };
}`;

describe("calls of the AWS SDK", () => {
  let processes: TracedProcesses;
  let aws: FakeAws;
  let endpoint: string;
  beforeEach(async () => {
    processes = await TracedProcesses.open();
    aws = new FakeAws();
    endpoint = await aws.open();
  });
  afterEach(async () => {
    await aws.close();
    await processes.close();
  });

  for (const [title, source] of Object.entries(imports)) {
    it(`${title}: each is a child of the handler's span, and its messages contain the context`, async () => {
      const file = title === "CommonJS" ? "index.js" : "index.mjs";
      const handler = `${source}\n${file === "index.js" ? "exports.handler" : "export const handler"} = ${calls};`;
      const { results, spans } = await processes.run({
        files: { [file]: handler },
        invocations: [{ event: { endpoint } }],
      });
      assert.deepEqual(results[0]?.response, { failure: "QueueDoesNotExist", input: "unchanged" });
      const handlers = spans.find(({ name }) => name === "orders");
      const sent = spans.filter(({ kind }) => kind === client || kind === producer);
      assert.deepEqual(
        sent.map(({ name, kind, status, parentSpanId }) => [
          name,
          kind,
          status,
          parentSpanId === handlers?.spanId,
        ]),
        [
          ["SQS.SendMessage", producer, 0, true],
          ["SQS.SendMessage", producer, 0, true],
          ["SQS.SendMessage", producer, 2, true],
          ["SNS.Publish", producer, 0, true],
          ["Lambda.Invoke", client, 0, true],
        ],
      );
      assert.equal(sent[0]?.attributes["aws.request_id"], "r-1");
      assert.equal(sent[0]?.attributes["http.response.status_code"], 200);
      for (const [number, { headers, body }] of aws.received.entries()) {
        const said =
          decodeURIComponent(body) + Buffer.from(String(headers["x-amz-client-context"]), "base64");
        const { traceId = "", spanId = "" } = sent[number] ?? {};
        assert.ok(said.includes(`00-${traceId}-${spanId}-01`), said);
        assert.equal(headers.traceparent, undefined, "the signature covers the headers");
      }
    });
  }

  it("of a bundled SDK have spans, and the log says once which are missing and how to change that", async () => {
    const bundle = async (): Promise<string> => {
      const contents = `${imports.CommonJS}\nexports.handler = ${calls};`;
      const made = await build({
        stdin: { contents, resolveDir: root },
        bundle: true,
        write: false,
        platform: "node",
        logLevel: "silent",
      });
      return made.outputFiles[0]?.text ?? "";
    };
    const files = { "index.js": await bundle() };
    const invocations = [{ event: { endpoint } }, { event: { endpoint } }];
    const { spans, output } = await processes.run({ files, invocations });
    assert.equal(spans.filter(({ name }) => name === "SQS.SendMessage").length, 6);
    assert.equal(output.split("the AWS SDK is bundled").length, 2);
    const quiet = await processes.run({
      files,
      invocations,
      env: { CLICKSTACK_TRACING_DISABLED: "aws-sdk" },
    });
    assert.doesNotMatch(quiet.output, /bundled/);
  });
});

describe("the context in messages", () => {
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const fields = [
    ["traceparent", traceparent],
    ["tracestate", "a=b"],
  ] as const;
  const put = (service: string, operation: string, input: unknown, ...payloads: string[]) =>
    injected({ service, operation, input }, { fields, payloads: new Set(payloads) }) as Record<string, never>;
  const text = (value: string) => ({ DataType: "String", StringValue: value });
  const some = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, n) => [`a${n}`, text("x")]));

  it("is in attributes, as far as there is room, and does not replace the user's own (dd-trace-js 1094)", () => {
    const names = (input: object) =>
      Object.keys(
        (put("SQS", "SendMessage", input) as { MessageAttributes?: object }).MessageAttributes ?? {},
      );
    assert.deepEqual(names({ MessageBody: "a" }), ["traceparent", "tracestate"]);
    assert.equal(names({ MessageBody: "a", MessageAttributes: some(9) })[9], "traceparent");
    assert.equal(names({ MessageBody: "a", MessageAttributes: some(10) }).length, 10);
    const own = { MessageBody: "a", MessageAttributes: { traceparent: text("own") } };
    assert.equal(put("SNS", "Publish", own), own);
    const batch = put("SNS", "PublishBatch", {
      PublishBatchRequestEntries: [{ Id: "1", Message: "a" }, null],
    });
    assert.deepEqual(batch.PublishBatchRequestEntries, [
      {
        Id: "1",
        Message: "a",
        MessageAttributes: { traceparent: text(traceparent), tracestate: text("a=b") },
      },
      null,
    ]);
    const message = { PhoneNumber: "+4912345678", Message: "a" };
    assert.equal(put("SNS", "Publish", message), message);
  });

  it("does not make a message too large for its service (dd-trace-dotnet 4499)", () => {
    for (const limit of [256 * 1024, 1024 * 1024]) {
      const large = { MessageBody: "x".repeat(limit - 20) };
      assert.equal(put("SQS", "SendMessage", large), large);
      assert.notEqual(put("SQS", "SendMessage", { MessageBody: "x".repeat(limit - 500) }), large);
    }
  });

  it("is in the client context of an invocation, within its limit", () => {
    const decoded = (input: object) => {
      const { ClientContext } = put("Lambda", "Invoke", input) as { ClientContext?: string };
      return ClientContext && JSON.parse(Buffer.from(ClientContext, "base64").toString());
    };
    const encoded = (value: object) => ({
      ClientContext: Buffer.from(JSON.stringify(value)).toString("base64"),
    });
    assert.deepEqual(decoded({}), { custom: { traceparent, tracestate: "a=b" } });
    assert.deepEqual(decoded(encoded({ env: { a: 1 }, custom: { b: 2 } })), {
      env: { a: 1 },
      custom: { b: 2, traceparent, tracestate: "a=b" },
    });
    const large = encoded({ custom: { b: "x".repeat(2600) } });
    assert.equal(put("Lambda", "Invoke", large), large);
    for (const odd of [
      { ClientContext: "no JSON" },
      { InvocationType: "DryRun" },
      { InvocationType: "Event" },
    ]) {
      assert.equal(put("Lambda", "Invoke", odd), odd);
    }
  });

  it("is in payloads if the user enables it, without changing the digits of their numbers", () => {
    const event = {
      Entries: [{ Detail: '{ "order": 12345678901234567890 }' }, { Detail: "[1]" }, { Detail: "{}" }],
    };
    assert.equal(put("EventBridge", "PutEvents", event), event);
    const entries = put("EventBridge", "PutEvents", event, "eventbridge").Entries as { Detail: string }[];
    const own = `{"traceparent":"${traceparent}","tracestate":"a=b"`;
    assert.deepEqual(
      entries.map(({ Detail }) => Detail),
      [`${own}, "order": 12345678901234567890 }`, "[1]", `${own}}`],
    );
    const json = (value: unknown) => JSON.parse(Buffer.from(value as string).toString());
    const run = put("SFN", "StartExecution", { input: '{"a":1}' }, "stepfunctions");
    assert.equal(json(run.input).traceparent, traceparent);
    const record = put("Kinesis", "PutRecord", { Data: Buffer.from('{"a":1}') }, "kinesis");
    assert.equal(json(record.Data).traceparent, traceparent);
    const asynchronous = { InvocationType: "Event", Payload: '{"a":1}' };
    assert.equal(json(put("Lambda", "Invoke", asynchronous, "lambda").Payload).traceparent, traceparent);
  });

  it("never fails a call, whatever its input", () => {
    const input = fc.anything({ withNullPrototype: true });
    const operations = [
      ["SQS", "SendMessage"],
      ["SQS", "SendMessageBatch"],
      ["SNS", "Publish"],
      ["Lambda", "Invoke"],
      ["EventBridge", "PutEvents"],
      ["SFN", "StartExecution"],
      ["Kinesis", "PutRecords"],
      ["DynamoDB", "GetItem"],
      ["constructor", "x"],
    ] as const;
    fc.assert(
      fc.property(fc.constantFrom(...operations), input, ([service, operation], given) => {
        const before = JSON.stringify(given, (_, value) =>
          typeof value === "bigint" ? String(value) : value,
        );
        put(service, operation, given, "eventbridge", "stepfunctions", "kinesis", "lambda");
        operationSpan({ service, operation, input: given });
        const now = JSON.stringify(given, (_, value) => (typeof value === "bigint" ? String(value) : value));
        assert.equal(now, before, "the user's input");
      }),
    );
  });
});

describe("the span of an AWS SDK's call", () => {
  const attributes = (service: string, operation: string, input: object) =>
    operationSpan({ service, operation, input }).attributes;

  it("names the target of the call", () => {
    const cases: [string, string, object, Record<string, unknown>][] = [
      [
        "DynamoDB",
        "GetItem",
        { TableName: "orders" },
        { "db.collection.name": "orders", "db.operation.name": "GetItem" },
      ],
      [
        "DynamoDB",
        "BatchGetItem",
        { RequestItems: { a: {}, b: {} } },
        { "aws.dynamodb.table_names": ["a", "b"] },
      ],
      [
        "DynamoDB",
        "TransactWriteItems",
        { TransactItems: [{ Put: { TableName: "a" } }, { Delete: { TableName: "a" } }] },
        { "db.collection.name": "a" },
      ],
      [
        "S3",
        "PutObject",
        { Bucket: "photos", Key: "cat.jpg" },
        { "aws.s3.bucket": "photos", "aws.s3.key": "cat.jpg" },
      ],
      [
        "SQS",
        "ReceiveMessage",
        { QueueUrl: "https://sqs.eu-central-1.amazonaws.com/123456789012/orders" },
        { "messaging.destination.name": "orders", "messaging.operation.type": "receive" },
      ],
      [
        "Lambda",
        "Invoke",
        { FunctionName: "arn:aws:lambda:x:1:function:charge" },
        { "faas.invoked_name": "charge" },
      ],
      [
        "SFN",
        "StartExecution",
        { stateMachineArn: "arn" },
        { "aws.step_functions.state_machine.arn": "arn" },
      ],
      ["Kinesis", "PutRecord", { StreamARN: "arn:x:stream/clicks" }, { "aws.kinesis.stream_name": "clicks" }],
      [
        "Secrets Manager",
        "GetSecretValue",
        { SecretId: "name" },
        { "aws.secretsmanager.secret.arn": undefined },
      ],
    ];
    for (const [service, operation, input, expected] of cases) {
      const found = attributes(service, operation, input);
      for (const [key, value] of Object.entries(expected))
        assert.deepEqual(found[key], value, `${operation} ${key}`);
    }
  });
});
