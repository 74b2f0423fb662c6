import assert from "node:assert/strict";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import type { SeenSpan } from "../seenSpans";
import { isPrepared, type Run, TracedPythons } from "./tracedPython";

const source = `
import asyncio, datetime, os
os.environ.update(AWS_ACCESS_KEY_ID="a", AWS_SECRET_ACCESS_KEY="b", AWS_DEFAULT_REGION="eu-central-1")
import aiohttp, boto3, httpx, psycopg, redis, requests, urllib.request
import redis.asyncio
from pymongo import monitoring
from sqlalchemy import create_engine, text

def refused(url):
    try:
        urllib.request.urlopen("http://127.0.0.1:9/a")
    except OSError:
        pass

def traced_already(url):
    requests.get(url + "/traced", headers={"Traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"})

async def with_httpx(url):
    async with httpx.AsyncClient() as client:
        await client.get(url + "/httpx")

async def with_aiohttp(url):
    async with aiohttp.ClientSession(base_url=url) as session:
        async with session.get("/aiohttp", headers={"x": "1"}) as response:
            await response.read()

def queries(url):
    with create_engine("sqlite://").connect() as connection:
        connection.execute(text("select 'secret', 12, :n"), {"n": 1})
        try:
            connection.execute(text("select nope"))
        except Exception:
            pass

def with_redis(url):
    client = redis.Redis(port=9, retry=None)
    for call in (lambda: client.get("a"), client.pipeline().set("a", 1).execute):
        try:
            call()
        except redis.ConnectionError:
            pass

async def with_redis_async(url):
    try:
        await redis.asyncio.Redis(port=9, retry=None).get("a")
    except redis.ConnectionError:
        pass

def with_mongo(url):
    [listener] = monitoring._LISTENERS.command_listeners
    server = ("db", 27017)
    listener.started(monitoring.CommandStartedEvent({"find": "orders"}, "shop", 1, server, 1))
    listener.started(monitoring.CommandStartedEvent({"hello": 1}, "shop", 2, server, 1))
    listener.failed(monitoring.CommandFailedEvent(datetime.timedelta(0), {"codeName": "Dup", "errmsg": "twice"}, "find", 1, server, 1))

def aws(url):
    def client(service):
        return boto3.client(service, endpoint_url=url)
    queue = url + "/123456789012/orders"
    client("dynamodb").get_item(TableName="orders", Key={"id": {"S": "1"}})
    client("sqs").send_message(QueueUrl=queue, MessageBody="x")
    client("sqs").send_message_batch(QueueUrl=queue, Entries=[{"Id": "1", "MessageBody": "x"}])
    client("lambda").invoke(FunctionName="arn:aws:lambda:eu-central-1:123456789012:function:pay", Payload=b"{}")
    client("events").put_events(Entries=[{"Source": "shop", "DetailType": "placed", "Detail": '{"a": 1}'}])
    client("stepfunctions").start_execution(stateMachineArn="arn:aws:states:x", input='{"a": 1}')
    try:
        client("sns").publish(TopicArn="arn:aws:sns:eu-central-1:123456789012:news", Message="x")
    except Exception:
        pass

def handler(event, context):
    url = event["url"]
    urllib.request.urlopen(url + "/urllib?token=s3cret").read()
    requests.post(url + "/fail", data="x")
    httpx.get(url + "/httpx")
    for step in (refused, traced_already, with_httpx, with_aiohttp, queries, with_redis, with_redis_async, with_mongo, aws):
        result = step(url)
        if asyncio.iscoroutine(result):
            asyncio.run(result)
    psycopg.Cursor().execute("select 1")
`;

/** The parts of psycopg that the hook reads. */
const psycopg = `
class Info: dbname, host, port = "shop", "db", 5432
class Connection: info = Info()
class Cursor:
    connection = Connection()
    def execute(self, query): return self
    def executemany(self, query): return self
class AsyncCursor:
    async def execute(self, query): return self
    async def executemany(self, query): return self
`;

describe("the calls of a function in Python", () => {
  let processes: TracedPythons;
  let server: http.Server;
  let url: string;
  const requests: { path: string; headers: http.IncomingHttpHeaders; body: string }[] = [];
  let run: Run;

  before(async function () {
    if (!isPrepared) this.skip();
    processes = await TracedPythons.open();
    server = http.createServer((request, response) => {
      let body = "";
      request.on("data", (data) => (body += data));
      request.on("end", () => {
        requests.push({ path: request.url ?? "", headers: request.headers, body });
        response.writeHead(request.url === "/fail" ? 503 : 200, { "x-amzn-requestid": "r-1" }).end("{}");
      });
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    run = await processes.run({
      files: { "app.py": source, "psycopg.py": psycopg },
      invocations: [{ event: { url } }],
      env: { CLICKSTACK_TRACING_INJECT: "EventBridge, stepfunctions" },
    });
  });
  after(async () => {
    server?.closeAllConnections();
    server?.close();
    await processes?.close();
  });

  const of = (scope: string): SeenSpan[] => run.spans.filter((span) => span.scope === scope);
  const named = (scope: string): unknown[] => of(scope).map(({ name, status }) => [name, status]);
  const sent = (path: string) => requests.filter((request) => request.path === path);

  it("is a child of the invocation, each call once", () => {
    const handler = run.spans.find(({ name }) => name === "orders");
    assert.ok(handler, run.output);
    assert.equal(handler.status, 0, run.output);
    for (const { name, parentSpanId, kind } of run.spans.filter((span) => span !== handler))
      assert.deepEqual([parentSpanId, kind], [handler.spanId, 3], name);
  });

  it("requests: name, status and URL without its query, and the context is passed on", () => {
    assert.deepEqual(named("http.client"), [
      ["GET", 0],
      ["POST", 2],
      ["GET", 2],
    ]);
    const [first, failed, refused] = of("http.client");
    assert.deepEqual(first?.attributes, {
      "http.request.method": "GET",
      "server.address": "127.0.0.1",
      "server.port": Number(new URL(url).port),
      "url.full": `${url}/urllib`,
      "http.response.status_code": 200,
    });
    assert.equal(failed?.attributes["error.type"], "503");
    assert.equal(refused?.attributes["error.type"], "ConnectionRefusedError");
    assert.deepEqual(
      [named("httpx"), named("aiohttp")],
      [
        [
          ["GET", 0],
          ["GET", 0],
        ],
        [["GET", 0]],
      ],
    );
    for (const [path, spans] of Object.entries({
      "/urllib?token=s3cret": [first],
      "/fail": [failed],
      "/httpx": of("httpx"),
      "/aiohttp": of("aiohttp"),
    })) {
      assert.deepEqual(
        sent(path).map(({ headers }) => headers.traceparent),
        spans.map((span) => `00-${span?.traceId}-${span?.spanId}-01`),
        path,
      );
    }
    assert.match(String(sent("/traced")[0]?.headers.traceparent), /^00-0af7651916cd43dd8448eb211c80319c/);
  });

  it("AWS calls: service and operation, their resource, and the context for the receiver", () => {
    const spans = of("botocore");
    assert.deepEqual(
      spans.map(({ name }) => name),
      [
        "DynamoDB.GetItem",
        "SQS.SendMessage",
        "SQS.SendMessageBatch",
        "Lambda.Invoke",
        "EventBridge.PutEvents",
        "SFN.StartExecution",
        "SNS.Publish",
      ],
    );
    const context = (index: number): string => `00-${spans[index]?.traceId}-${spans[index]?.spanId}-01`;
    const [dynamoDb, sqs, , lambda] = spans.map(({ attributes }) => attributes);
    assert.deepEqual(
      [
        dynamoDb?.["aws.dynamodb.table_names"],
        sqs?.["messaging.destination.name"],
        lambda?.["faas.invoked_name"],
      ],
      [["orders"], "orders", "pay"],
    );
    assert.deepEqual([dynamoDb?.["aws.request_id"], dynamoDb?.["http.response.status_code"]], ["r-1", 200]);
    const attribute = (index: number) => ({
      traceparent: { DataType: "String", StringValue: context(index) },
    });
    const bodies = sent("/").map(({ body }) => (body.startsWith("{") ? JSON.parse(body) : body));
    const target = (field: string) => bodies.find((body) => body[field] !== undefined);
    assert.deepEqual(target("MessageBody").MessageAttributes, attribute(1));
    assert.deepEqual(target("QueueUrl") && bodies[2].Entries[0].MessageAttributes, attribute(2));
    const [invoked] = requests.filter(({ path }) => path.includes("/invocations"));
    const client = Buffer.from(String(invoked?.headers["x-amz-client-context"]), "base64").toString();
    assert.deepEqual(JSON.parse(client), { custom: { traceparent: context(3) } });
    assert.deepEqual(JSON.parse(bodies[3].Entries[0].Detail), { a: 1, traceparent: context(4) });
    assert.deepEqual(JSON.parse(target("stateMachineArn").input), { a: 1, traceparent: context(5) });
    assert.ok(requests.every(({ path, headers }) => path !== "/" || headers.traceparent === undefined));
    assert.match(decodeURIComponent(String(bodies.at(-1))), new RegExp(`StringValue=${context(6)}`));
  });

  it("queries: operation and text without values, an error with its type", () => {
    assert.deepEqual(named("sqlalchemy"), [
      ["SELECT", 0],
      ["SELECT", 2],
    ]);
    assert.deepEqual(of("sqlalchemy")[0]?.attributes, {
      "db.system.name": "sqlite",
      "db.operation.name": "SELECT",
      "db.query.text": "select ?, ?, ?",
    });
    assert.deepEqual(named("psycopg"), [["SELECT shop", 0]]);
    assert.deepEqual(named("redis"), [
      ["GET", 2],
      ["PIPELINE", 2],
      ["GET", 2],
    ]);
    assert.deepEqual(named("pymongo"), [["find orders", 2]]);
    assert.equal(of("pymongo")[0]?.attributes["db.collection.name"], "orders");
  });

  it("CLICKSTACK_TRACING_DISABLED names libraries without spans, and payloads are not changed by default", async () => {
    requests.length = 0;
    const { spans, output } = await processes.run({
      files: {
        "app.py": `
import os
os.environ.update(AWS_ACCESS_KEY_ID="a", AWS_SECRET_ACCESS_KEY="b", AWS_DEFAULT_REGION="eu-central-1")
import boto3, requests
def handler(event, context):
    requests.get(event["url"])
    boto3.client("events", endpoint_url=event["url"]).put_events(Entries=[{"Source": "s", "DetailType": "d", "Detail": "{}"}])
`,
      },
      invocations: [{ event: { url } }],
      env: { CLICKSTACK_TRACING_DISABLED: "http" },
    });
    assert.deepEqual(
      spans.map(({ name }) => name),
      ["EventBridge.PutEvents", "orders"],
      output,
    );
    assert.equal(JSON.parse(requests.at(-1)?.body ?? "").Entries[0].Detail, "{}");
    assert.equal(requests[0]?.headers.traceparent, undefined);
  });
});
