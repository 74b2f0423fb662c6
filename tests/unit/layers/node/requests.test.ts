import assert from "node:assert/strict";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { clientSpan } from "../../../../layers/node/core/clientRequest";
import type { SeenSpan } from "../seenSpans";
import { TracedProcesses } from "./tracedProcess";

const client = 3;

describe("requests of the function", () => {
  let processes: TracedProcesses;
  let server: http.Server;
  let url: string;
  const received: http.IncomingHttpHeaders[] = [];
  before(async () => {
    processes = await TracedProcesses.open();
    server = http.createServer((request, response) => {
      received.push(request.headers);
      response.statusCode = Number(request.url?.slice(1, 4)) || 200;
      response.end("hello");
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    received.length = 0;
  });
  after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await processes.close();
  });

  const run = (body: string, env: Record<string, string> = {}) =>
    processes.run({ files: { "index.mjs": `${body}` }, invocations: [{ event: { url } }], env });
  const childOf = (spans: readonly SeenSpan[]): SeenSpan => {
    const [child, handler] = [
      spans.find(({ kind }) => kind === client),
      spans.find(({ name }) => name === "orders"),
    ];
    assert.ok(child, JSON.stringify(spans.map(({ name }) => name)));
    assert.deepEqual([child.traceId, child.parentSpanId], [handler?.traceId, handler?.spanId]);
    return child;
  };

  const ways: Record<string, string> = {
    fetch: `export const handler = async ({ url }) => (await fetch(url + "/201?token=s3cret")).text();`,
    "node:http": `import { get } from "node:http";
      export const handler = ({ url }) => new Promise((resolve, reject) => {
        get(url + "/201?token=s3cret", (response) => {
          let text = "";
          response.on("data", (data) => { text += data; }).on("end", () => setImmediate(() => resolve(text)));
        }).on("error", reject);
      });`,
    "node:http with a body and an agent": `import http from "node:http";
      const agent = new http.Agent({ keepAlive: true });
      export const handler = ({ url }) => new Promise((resolve) => {
        const request = http.request(url + "/201", { method: "GET", agent }, (response) => {
          let text = "";
          response.on("data", (data) => { text += data; }).on("end", () => setImmediate(() => { agent.destroy(); resolve(text); }));
        });
        request.write("{}");
        request.end();
      });`,
  };
  for (const [title, source] of Object.entries(ways)) {
    it(`${title}: a child of the handler's span, and the context in its headers, without the query`, async () => {
      const { results, spans } = await run(source);
      assert.equal(results[0]?.response, "hello");
      const span = childOf(spans);
      assert.deepEqual([span.name, span.status], ["GET", 0]);
      assert.equal(span.attributes["http.response.status_code"], 201);
      assert.equal(span.attributes["url.full"], `${url}/201`);
      assert.equal(received[0]?.traceparent, `00-${span.traceId}-${span.spanId}-01`);
    });
  }

  it("an error status and a refused connection are errors of the span, and no others", async () => {
    const { results, spans } = await run(`import { createServer } from "node:net";
      const server = createServer().listen(0, "127.0.0.1");
      await new Promise((resolve) => server.on("listening", resolve));
      const { port } = server.address();
      await new Promise((resolve) => server.close(resolve));
      export const handler = async ({ url }) => {
      await (await fetch(url + "/503")).text();
      try { await fetch("http://127.0.0.1:" + port); } catch (error) { return error.message; }
    };`);
    assert.equal(results[0]?.response, "fetch failed");
    const [failed, refused, handler] = spans;
    assert.deepEqual([failed?.status, failed?.attributes["error.type"]], [2, "503"]);
    assert.deepEqual([refused?.status, refused?.events.map(({ name }) => name)], [2, ["exception"]]);
    assert.equal(handler?.status, 0);
  });

  it("an unread response is dropped as before, an unhandled error still ends the process", async () => {
    const { results, spans } = await run(`import http from "node:http";
      export const handler = ({ url }) => new Promise((resolve) => {
        http.get(url + "/200").on("close", () => resolve("closed"));
      });`);
    assert.equal(results[0]?.response, "closed");
    assert.equal(childOf(spans).attributes["http.response.status_code"], 200);
    const { code, output } = await run(`import http from "node:http";
      export const handler = () => new Promise(() => { http.get("http://127.0.0.1:1/"); });`);
    assert.equal(code, 1);
    assert.match(output, /ECONNREFUSED/);
  });

  it("requests outside of invocations, and those that already carry a context, are not changed", async () => {
    const { spans } = await run(
      `const { url } = JSON.parse(process.env.EVENT);
      await (await fetch(url)).text();
      export const handler = async () => (await fetch(url, { headers: { traceparent: "own" } })).text();`,
      {
        EVENT: JSON.stringify({ url }),
      },
    );
    assert.deepEqual(
      spans.map(({ name }) => name),
      ["orders"],
    );
    assert.deepEqual(
      received.map(({ traceparent }) => traceparent),
      [undefined, "own"],
    );
  });

  it("CLICKSTACK_TRACING_DISABLED names libraries that make none", async () => {
    const { spans } = await run(ways.fetch ?? "", { CLICKSTACK_TRACING_DISABLED: "http, Fetch" });
    assert.deepEqual(
      spans.map(({ name }) => name),
      ["orders"],
    );
    assert.equal(received[0]?.traceparent, undefined);
  });
});

describe("the span of a request", () => {
  const span = (host: string, path: string, headers: Record<string, string> = {}, method = "POST") =>
    clientSpan({ method, protocol: "https:", host, path, header: (name) => headers[name] });

  it("to an AWS API is named by service and operation", () => {
    const region = "eu-central-1.amazonaws.com";
    const cases: [string, string, Record<string, string>, string, Record<string, unknown>][] = [
      [`dynamodb.${region}`, "/", { "x-amz-target": "DynamoDB_20120810.GetItem" }, "DynamoDB.GetItem", {}],
      [`sqs.${region}`, "/", { "x-amz-target": "AmazonSQS.SendMessage" }, "SQS.SendMessage", {}],
      [`events.${region}`, "/", { "x-amz-target": "AWSEvents.PutEvents" }, "EventBridge.PutEvents", {}],
      [`sns.${region}`, "/", {}, "SNS", { "rpc.service": "SNS" }],
      [
        `lambda.${region}`,
        "/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-central-1%3A123456789012%3Afunction%3Acharge/invocations",
        {},
        "Lambda.Invoke",
        { "faas.invoked_name": "charge" },
      ],
      [`photos.s3.${region}`, "/cat.jpg?x-id=GetObject", {}, "S3.GetObject", { "aws.s3.bucket": "photos" }],
      [`s3.${region}`, "/photos/cat.jpg?x-id=PutObject", {}, "S3.PutObject", { "aws.s3.bucket": "photos" }],
      [
        "127.0.0.1",
        "/",
        { "amz-sdk-invocation-id": "x", "x-amz-target": "DynamoDB_20120810.Query" },
        "DynamoDB.Query",
        {},
      ],
    ];
    for (const [host, path, headers, name, attributes] of cases) {
      const found = span(host, path, headers);
      assert.deepEqual([found.name, found.isAws, found.attributes["rpc.system"]], [name, true, "aws-api"]);
      for (const [key, value] of Object.entries(attributes)) assert.equal(found.attributes[key], value);
    }
  });

  it("to others is named by its method", () => {
    const found = span("api.example.com", "/a?b=c", {}, "GET");
    assert.deepEqual(
      [found.name, found.isAws, found.attributes["url.full"]],
      ["GET", false, "https://api.example.com/a"],
    );
    assert.equal(span("api.example.com", "/", {}, "BREW").name, "HTTP");
  });
});
