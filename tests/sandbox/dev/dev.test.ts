import assert from "node:assert/strict";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import {
  createServer as createHttpServer,
  type IncomingMessage,
  request,
  type Server,
  type ServerResponse,
} from "node:http";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { text } from "node:stream/consumers";
import {
  CreateEventBusCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from "@aws-sdk/client-eventbridge";
import { CreateRoleCommand, IAMClient, PutRolePolicyCommand } from "@aws-sdk/client-iam";
import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  LambdaClient,
  PublishLayerVersionCommand,
  PutFunctionEventInvokeConfigCommand,
} from "@aws-sdk/client-lambda";
import {
  CreateScheduleCommand,
  CreateScheduleGroupCommand,
  SchedulerClient,
} from "@aws-sdk/client-scheduler";
import { CreateTopicCommand, SNSClient, SubscribeCommand } from "@aws-sdk/client-sns";
import { CreateQueueCommand, SQSClient } from "@aws-sdk/client-sqs";
import { zip } from "../../../layers/zip";
import { clientOptions, type EmbeddedAws, startEmbeddedAws } from "../../../sandbox/aws/embeddedAws";
import { clickHousePid, processes, setEnvironment, startDev, startProcess, treeOf } from "./running";

const template = `
Transform: AWS::Serverless-2016-10-31
Resources:
  Orders:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs20.x
      Handler: orders.handler
      CodeUri: orders
      Timeout: 20
      Environment:
        Variables:
          PAYMENT: !Ref Payment
          AUDIT: !Ref Audit
          SOLD: !Ref Sold
          CLICKSTACK_TRACING_INJECT: eventbridge
  Payment:
    Type: AWS::Serverless::Function
    Properties:
      FunctionName: pay
      Runtime: python3.11
      Handler: payment.handler
      CodeUri: payment
      Timeout: 20
      Events:
        Audit: { Type: SQS, Properties: { Queue: !GetAtt Audit.Arn } }
        Sold: { Type: SNS, Properties: { Topic: !Ref Sold } }
        Placed: { Type: EventBridgeRule, Properties: { Pattern: { source: [shop], detail: { sku: [{ prefix: A- }] } } } }
  Stream:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: nodejs20.x
      Handler: index.handler
      Timeout: 20
      InlineCode: |
        exports.handler = awslambda.streamifyResponse(async (event, stream) => {
          const answer = awslambda.HttpResponseStream.from(stream, { statusCode: 201, headers: { "x-a": "1" } });
          answer.write("first,");
          answer.end(await (await fetch(process.env.GATE)).text());
        });
  Audit: { Type: AWS::SQS::Queue }
  Sold: { Type: AWS::SNS::Topic }
`;
const orders = (word: string) => `
import { InvokeCommand, LambdaClient } from "@aws-sdk/client-lambda";
import { EventBridgeClient, PutEventsCommand } from "@aws-sdk/client-eventbridge";
import { PublishCommand, SNSClient } from "@aws-sdk/client-sns";
import { SendMessageCommand, SQSClient } from "@aws-sdk/client-sqs";
interface Order { sku?: string; rawPath?: string }
export const handler = async (order: Order) => {
  if (order.rawPath === "/sell") {
    await new SNSClient({}).send(new PublishCommand({ TopicArn: process.env.SOLD, Message: "B-2" }));
    const entry = { Source: "shop", DetailType: "placed", Detail: '{"sku":"A-3"}' };
    await new EventBridgeClient({}).send(new PutEventsCommand({ Entries: [entry] }));
  }
  if (order.rawPath) return { statusCode: 202, body: process.env.STAGE + order.rawPath };
  console.warn("${word}", order.sku);
  await new SQSClient({}).send(new SendMessageCommand({ QueueUrl: process.env.AUDIT, MessageBody: order.sku }));
  const { Payload } = await new LambdaClient({}).send(
    new InvokeCommand({ FunctionName: process.env.PAYMENT, Payload: JSON.stringify(order) }),
  );
  return JSON.parse(Buffer.from(Payload!).toString());
};
`;
const payment = `
import logging

def handler(event, context):
    for record in event.get("Records", []):
        print("sold " + record["Sns"]["Message"] if "Sns" in record else "audited " + record["body"])
        return
    if "detail" in event:
        print("placed " + event["detail"]["sku"])
        return
    logging.getLogger().error("no customer for %s", event["sku"])
    return {"charged": event["sku"]}
`;

const deployed = `
const { EventBridgeClient, PutEventsCommand } = require("@aws-sdk/client-eventbridge");
const { PublishCommand, SNSClient } = require("@aws-sdk/client-sns");
const { SendMessageCommand, SQSClient } = require("@aws-sdk/client-sqs");
exports.handler = async ({ sku, detail, requestPayload, nightly, weekly, Records: [record] = [] }) => {
  if (nightly) throw new Error("the night failed");
  if (weekly) return console.info("weekly", weekly);
  if (requestPayload) return console.info("given up", requestPayload);
  if (detail) return console.info("placed", detail.sku);
  if (record?.Sns) return console.info("sold", record.Sns.Message);
  if (record) return console.info("audited", record.body);
  const entry = { Source: "shop", DetailType: "placed", Detail: JSON.stringify({ sku }), EventBusName: "shop" };
  await new EventBridgeClient({}).send(new PutEventsCommand({ Entries: [entry] }));
  await new SNSClient({}).send(new PublishCommand({ TopicArn: process.env.TOPIC, Message: sku }));
  console.warn(require("/opt/nodejs/words.js"), process.env.KEY);
  await new SQSClient({}).send(new SendMessageCommand({ QueueUrl: process.env.QUEUE, MessageBody: sku }));
};`;

/** Deploys the function shop with a layer, its triggers, and a variable that refers to a secret. @returns the secret's ARN. */
async function deploy(aws: EmbeddedAws, region: string): Promise<string> {
  const [lambda, iam, sqs, sns, events, scheduler] = [
    new LambdaClient(clientOptions(aws, region)),
    new IAMClient(clientOptions(aws, region)),
    new SQSClient(clientOptions(aws, region)),
    new SNSClient(clientOptions(aws, region)),
    new EventBridgeClient(clientOptions(aws, region)),
    new SchedulerClient(clientOptions(aws, region)),
  ];
  const policy = (statement: object) =>
    JSON.stringify({ Version: "2012-10-17", Statement: [{ Effect: "Allow", ...statement }] });
  const trust = policy({ Action: "sts:AssumeRole", Principal: { Service: "lambda.amazonaws.com" } });
  const { Role } = await iam.send(
    new CreateRoleCommand({ RoleName: "shop", AssumeRolePolicyDocument: trust }),
  );
  const all = policy({ Action: ["logs:*", "sqs:*"], Resource: ["*"] });
  await iam.send(new PutRolePolicyCommand({ RoleName: "shop", PolicyName: "all", PolicyDocument: all }));
  const { QueueUrl: QUEUE = "" } = await sqs.send(new CreateQueueCommand({ QueueName: "audit" }));
  const { TopicArn: TOPIC = "" } = await sns.send(new CreateTopicCommand({ Name: "sold" }));
  const zipOf = (name: string, text: string) => zip([{ name, content: Buffer.from(text), mode: 0o644 }]);
  const { LayerVersionArn = "" } = await lambda.send(
    new PublishLayerVersionCommand({
      LayerName: "words",
      Content: { ZipFile: await zipOf("nodejs/words.js", 'module.exports = "from the layer";') },
    }),
  );
  const KEY = `arn:aws:secretsmanager:${region}:${aws.accountId}:secret:shop/key-a1b2c3`;
  await lambda.send(
    new CreateFunctionCommand({
      ...{
        FunctionName: "shop",
        Role: Role?.Arn,
        Runtime: "nodejs20.x",
        Handler: "index.handler",
        Timeout: 20,
      },
      Code: { ZipFile: await zipOf("index.js", deployed) },
      Layers: [LayerVersionArn],
      Environment: { Variables: { KEY, QUEUE, TOPIC } },
    }),
  );
  const Arn = `arn:aws:lambda:${region}:${aws.accountId}:function:shop`;
  const FilterPolicy = '{"sku":[{"exists":false}]}';
  await sns.send(
    new SubscribeCommand({
      TopicArn: TOPIC,
      Protocol: "lambda",
      Endpoint: Arn,
      Attributes: { FilterPolicy },
    }),
  );
  await events.send(new CreateEventBusCommand({ Name: "shop" }));
  for (const rule of [
    { Name: "placed", EventBusName: "shop", EventPattern: '{"source":["shop"]}' },
    { Name: "nightly", ScheduleExpression: "rate(1 day)" },
  ]) {
    await events.send(new PutRuleCommand(rule));
    const Input = rule.Name === "nightly" ? '{"nightly":true}' : undefined;
    const { Name: Rule, EventBusName } = rule;
    await events.send(new PutTargetsCommand({ Rule, EventBusName, Targets: [{ Id: "a", Arn, Input }] }));
  }
  await scheduler.send(new CreateScheduleGroupCommand({ Name: "shop" }));
  await scheduler.send(
    new CreateScheduleCommand({
      ...{ Name: "weekly", GroupName: "shop", State: "DISABLED" },
      ...{ ScheduleExpression: "cron(0 6 ? * MON *)", FlexibleTimeWindow: { Mode: "OFF" } },
      Target: { Arn, RoleArn: Role?.Arn, Input: '{"weekly":"<aws.scheduler.schedule-arn>"}' },
    }),
  );
  await lambda.send(
    new PutFunctionEventInvokeConfigCommand({
      FunctionName: "shop",
      MaximumRetryAttempts: 1,
      DestinationConfig: { OnFailure: { Destination: Arn } },
    }),
  );
  const EventSourceArn = `arn:aws:sqs:${region}:${aws.accountId}:audit`;
  await lambda.send(new CreateEventSourceMappingCommand({ FunctionName: "shop", EventSourceArn }));
  for (const client of [lambda, iam, sqs, sns, events, scheduler]) client.destroy();
  return KEY;
}

/** A request with a host that differs from the address, as browsers send it to names that end with .localhost. */
function get(port: number, host: string, path: string): Promise<[number | undefined, string]> {
  return new Promise((resolve, reject) => {
    request({ port, path, host: "127.0.0.1", headers: { host: `${host}:${port}` } }, async (response) =>
      resolve([response.statusCode, await text(response)]),
    )
      .on("error", reject)
      .end();
  });
}

/** A request whose response begins before the function knows the last part, which it requests from the gate. */
async function streams(port: number, gate: Server): Promise<void> {
  const asked = new Promise<ServerResponse>((resolve) =>
    gate.once("request", (_, response) => resolve(response)),
  );
  const headers = { host: `stream.localhost:${port}` };
  const answer = await new Promise<IncomingMessage>((resolve, reject) =>
    request({ port, host: "127.0.0.1", headers }, resolve).on("error", reject).end(),
  );
  assert.deepEqual([answer.statusCode, answer.headers["x-a"]], [201, "1"]);
  const parts = answer[Symbol.asyncIterator]();
  assert.equal(String((await parts.next()).value), "first,");
  (await asked).end("last");
  assert.equal(String((await parts.next()).value), "last");
}

describe("dev", function () {
  this.timeout(180_000);
  let folder: string;
  let gate: Server;
  before(async () => {
    gate = createHttpServer().listen(0, "127.0.0.1");
    await once(gate, "listening");
    folder = mkdtempSync(join(tmpdir(), "dev-test-"));
    for (const [name, content] of Object.entries({
      "template.yaml": template,
      "orders/orders.ts": orders("stock low for"),
      "payment/payment.py": payment,
      "event.json": '{"sku":"A-17"}',
      ".env": `STAGE=mine\nGATE=http://127.0.0.1:${(gate.address() as AddressInfo).port}\n`,
    })) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), content);
    }
  });
  after(() => {
    gate.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("runs the functions of a template that call each other, until it is stopped", async () => {
    // Other tests have files in the machine's own temporary folder.
    const { TMPDIR } = process.env;
    process.env.TMPDIR = mkdtempSync(join(folder, "tmp-"));
    const { written, stop, ended } = startDev({
      target: folder,
      event: join(folder, "event.json"),
      envFile: join(folder, ".env"),
    });
    try {
      await written.until(/Orders +WARN +stock low for A-17/);
      await written.until(/pay +ERROR +no customer for A-17/);
      await written.until(/pay +INFO +audited A-17/);
      // The result is written when its trace is stored.
      await written.until(/pay +✔[\s\S]*pay +✔/);
      const [, link = "", trace = ""] = await written.until(/Orders +✔.*(http:\S+)#\/traces\/([0-9a-f]{32})/);
      await written.until(new RegExp(`http://localhost:8080/trace/${trace}\\?source=Traces`));
      await written.until(/→ {"charged":"A-17"}/);
      const page = new URL(link);
      const headers = { "x-token": page.searchParams.get("token") ?? "" };
      const read = async (path: string) => (await fetch(`${page.origin}/api/${path}`, { headers })).json();

      // Both functions are in one trace, with their lines.
      const { spans, logs } = (await read(`trace?id=${trace}`)) as {
        spans: { service: string }[];
        logs: { body: string }[];
      };
      assert.deepEqual([...new Set(spans.map(({ service }) => service))].sort(), ["Orders", "pay"]);
      assert.deepEqual(
        logs
          .filter(({ body }) => /A-17/.test(body))
          .map(({ body }) => body)
          .sort(),
        ["audited A-17", "no customer for A-17", "stock low for A-17"],
      );

      const [, port = ""] = await written.until(/http:\/\/orders\.localhost:(\d+)\//);
      assert.deepEqual(await get(Number(port), "orders.localhost", "/path"), [202, "mine/path"]);
      assert.match(
        (await get(Number(port), "127.0.0.1", "/"))[1],
        /No function has the address .*orders\.localhost/,
      );

      let from = written.text.length;
      assert.deepEqual(await get(Number(port), "orders.localhost", "/sell"), [202, "mine/sell"]);
      await written.until(/pay +INFO +sold B-2/, from);
      await written.until(/pay +INFO +placed A-3/, from);
      // The request, the message and the event are one trace.
      const [, sold] = await written.until(/#\/traces\/([0-9a-f]{32}).*\n.*mine\/sell/, from);
      await written.until(new RegExp(`pay +✔.*${sold}[\\s\\S]*pay +✔.*${sold}`), from);

      await streams(Number(port), gate);

      from = written.text.length;
      writeFileSync(join(folder, "orders/orders.ts"), orders("sold out:"));
      await written.until(/changed: Orders/, from);
      await written.until(/WARN +sold out: A-17/, from);

      process.kill(clickHousePid(), "SIGKILL");
      await written.until(/ClickHouse ended unexpectedly; starting it again/, from);
      await written.until(/ClickHouse is running again/, from);

      from = written.text.length;
      writeFileSync(join(folder, "template.yaml"), template.replace("!Ref Payment", "stock"));
      await written.until(/Function not found: stock/, from);
    } finally {
      stop.abort();
      assert.equal(await ended, 0);
    }
    // tsx keeps what it compiles.
    assert.deepEqual(
      readdirSync(process.env.TMPDIR).filter((name) => !name.startsWith("tsx-")),
      [],
    );
    if (TMPDIR === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = TMPDIR;
  });

  it("runs a deployed function by its name, with its layers and triggers; secrets stay references", async () => {
    const aws = await startEmbeddedAws();
    const region = "eu-central-1";
    const restore = setEnvironment({ ...aws.environment, AWS_CONFIG_FILE: "/dev/null" });
    try {
      const secret = await deploy(aws, region);
      const { written, stop, ended } = startDev({
        target: "shop",
        region,
        event: join(folder, "event.json"),
      });
      try {
        await written.until(/shop: KEY refers to a secret, which is not read; it stays a reference/);
        await written.until(/1 function of arn:aws:lambda:eu-central-1:\d+:function:shop/);
        await written.until(new RegExp(`WARN +from the layer ${secret}`));
        for (const line of ["placed", "sold", "audited"])
          await written.until(new RegExp(`INFO +${line} A-17`));
        await written.until(/shop +✔.*#\/traces\//);
        await written.until(/nightly {2}rate\(1 day\) → shop/);
        await written.until(/weekly {2}cron\(0 6 \? \* MON \*\) → shop/);
      } finally {
        stop.abort();
        assert.equal(await ended, 0);
      }
      // A failed event is retried as often as the function's settings say, and then forwarded to its destination.
      const fired = startDev({ target: "shop", region, schedule: "nightly", once: true });
      const notices =
        /ERROR +.*the night failed[\s\S]*retry in 1 s[\s\S]*the night failed[\s\S]*shop failed 2 times; its record goes to the function shop/;
      await fired.written.until(notices);
      assert.equal(await fired.ended, 1);
      const weekly = startDev({ target: "shop", region, schedule: "weekly", once: true });
      await weekly.written.until(/INFO +weekly arn:aws:scheduler:\S+:schedule\/shop\/weekly/);
      assert.equal(await weekly.ended, 0);
    } finally {
      restore();
      await aws.stop();
    }
  });

  it("runs beside another one, and Ctrl-C leaves no process of it", async () => {
    const running = [
      startProcess([folder, "--function", "pay"]),
      startProcess([folder, "--function", "pay"]),
    ];
    try {
      const ports = await Promise.all(
        running.map(async ({ written }) => {
          const [, port] = await written.until(/pay {2}http:\/\/127\.0\.0\.1:(\d+)\/[\s\S]*Ctrl-C/);
          return Number(port);
        }),
      );
      // An event with which the function fails.
      const invoke = async (port: number | undefined) =>
        assert.equal((await get(Number(port), "127.0.0.1", "/"))[0], 502);
      await Promise.all(ports.map(invoke));
      for (const [index, { pid, ended, interrupt }] of running.entries()) {
        const before = treeOf(pid);
        for (const part of ["sandbox/clickhouse/main", "clickstack-extension", "/var/runtime/bootstrap"])
          assert.ok(
            before.some(({ command }) => command.includes(part)),
            part,
          );
        interrupt();
        assert.equal(await ended, 0);
        const after = new Set(processes().map(({ id }) => id));
        assert.deepEqual(
          before.filter(({ id }) => after.has(id)),
          [],
        );
        // The other one lost nothing.
        if (index === 0) await invoke(ports[1]);
      }
    } finally {
      for (const { pid } of running) if (treeOf(pid).length > 0) process.kill(-pid, "SIGKILL");
    }
  });

  it("reports a port in use, and leaves nothing running", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await new Promise((listening) => taken.once("listening", listening));
    const { port } = taken.address() as { port: number };
    try {
      const { ended } = startDev({ target: join(folder, "template.yaml"), function: ["pay"], port });
      await assert.rejects(ended, new RegExp(`port ${port} is in use, perhaps by another .*--port`));
    } finally {
      taken.close(); // or mocha would wait for it forever if the test fails
    }
  });

  it("reports a missing target", async () => {
    await assert.rejects(
      startDev({ target: join(folder, "missing") }).ended,
      /does not exist. Pass a folder, a template/,
    );
    assert.ok(existsSync(folder));
  });
});
