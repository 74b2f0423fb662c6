import assert from "node:assert/strict";
import { join } from "node:path";
import { checkPlatform } from "../../../cli/commands/dev";
import type { ProjectFunction } from "../../../dev/project/project";
import { noRoutes } from "../../../dev/project/routes";
import { modulePath } from "../../../dev/run/bundle";
import { definitionOf, localPorts } from "../../../dev/run/definition";
import { DevFunction } from "../../../dev/run/devFunction";
import { functionOfHost, type UrlRequest, urlAnswer, urlEvent } from "../../../dev/run/functionUrl";
import { answerAws, functionName } from "../../../dev/run/lambdaApi";
import { answerSqs, type DeliverToQueue } from "../../../dev/run/sqs";
import { StreamedAnswer } from "../../../dev/run/streamedAnswer";
import { isIgnored } from "../../../dev/run/watch";
import { Session } from "../../../dev/session";
import { lineOf } from "../../../dev/show/line";
import type { Sandbox } from "../../../sandbox";

const project: ProjectFunction = {
  name: "orders",
  aliases: [],
  runtime: "nodejs22.x",
  handler: "index.handler",
  code: "/project",
  memorySizeMb: 256,
  timeoutSeconds: 3,
  environment: {
    STAGE: "test",
    ROTEL_OTLP_EXPORTER_ENDPOINT: "https://production",
    ROTEL_OTEL_RESOURCE_ATTRIBUTES: "service.name=shop",
    AWS_LAMBDA_EXEC_WRAPPER: "/opt/otel-handler",
  },
  layers: [],
  queues: [],
};
const telemetry = {
  architecture: "x86_64",
  extensionLayer: "/layers/extension.zip",
  sdkLayer: "/layers/sdk",
  otlpUrl: "http://127.0.0.1:4318",
  ingestionKey: "key",
  awsEndpoint: "http://127.0.0.1:4000",
} as const;

describe("a function that runs locally", () => {
  it("sends its telemetry to this machine, whatever it was deployed with", () => {
    const { environment, layers } = definitionOf(project, telemetry, { environment: { STAGE: "mine" } });
    assert.deepEqual(layers, ["/layers/sdk", "/layers/extension.zip"]);
    assert.deepEqual(environment, {
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: "true",
      STAGE: "mine",
      ROTEL_OTEL_RESOURCE_ATTRIBUTES: "service.name=shop",
      AWS_LAMBDA_EXEC_WRAPPER: "/opt/clickstack-tracing",
      ROTEL_OTLP_EXPORTER_ENDPOINT: "http://127.0.0.1:4318",
      ROTEL_OTLP_EXPORTER_PROTOCOL: "http",
      ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS: "authorization=key",
      CLICKSTACK_FLUSH_MODE: "end",
      CLICKSTACK_WAIT_FOR_LOGS: "always",
    });
  });

  it("keeps the wrapper of its own layers, and gets none without light tracing", () => {
    const own = definitionOf({ ...project, layers: ["/layers/otel"] }, telemetry, { environment: {} });
    assert.equal(own.environment.AWS_LAMBDA_EXEC_WRAPPER, "/opt/otel-handler");
    const rust = definitionOf({ ...project, runtime: "provided.al2023" }, telemetry, { environment: {} });
    assert.equal(rust.environment.AWS_LAMBDA_EXEC_WRAPPER, undefined);
    assert.deepEqual(rust.layers, ["/layers/extension.zip"]);
  });

  it("has queues at dev's emulator, or at the user's, instead of AWS", () => {
    const url = "https://sqs.eu-west-1.amazonaws.com/123456789012/orders.fifo";
    const environment = { QUEUE: url, OTHER: "https://example.com/123456789012" };
    const made = definitionOf({ ...project, environment }, telemetry, {
      environment: { OWN: url },
    }).environment;
    const here = "http://127.0.0.1:4000/123456789012/orders.fifo";
    assert.deepEqual([made.QUEUE, made.OTHER, made.OWN], [here, environment.OTHER, url]);
    const emulated = definitionOf({ ...project, environment }, telemetry, {
      environment: { AWS_ENDPOINT_URL_SQS: "http://localhost:9324/" },
    }).environment;
    assert.equal(emulated.QUEUE, "http://localhost:9324/123456789012/orders.fifo");
  });

  it("has time for a debugger", () => {
    const { environment, timeoutSeconds } = definitionOf(project, telemetry, {
      environment: { NODE_OPTIONS: "--enable-source-maps" },
      inspectPort: 9229,
    });
    assert.equal(environment.NODE_OPTIONS, "--enable-source-maps --inspect=127.0.0.1:9229");
    assert.equal(timeoutSeconds, 900);
  });

  it("reaches the ports of this machine that its variables name", () => {
    const found = localPorts({
      DATABASE_URL: "postgres://user@localhost:5432/shop",
      AWS_ENDPOINT_URL: "http://127.0.0.1:4566",
      OTHER: "http://example.com:80",
      AGAIN: "localhost:5432",
      NODE_OPTIONS: "--inspect=127.0.0.1:9229",
    });
    assert.deepEqual(found, [5432, 4566]);
  });

  it("has its module before the first dot of the last part", () => {
    assert.deepEqual(["index.handler", "src/a.b.c", "a.b/c.d"].map(modulePath), ["index", "src/a", "a.b/c"]);
  });

  it("runs only on Linux, and says what to do elsewhere", () => {
    checkPlatform("linux");
    assert.throws(() => checkPlatform("darwin"), /this machine is darwin.*devcontainer.*WSL 2/);
  });
});

describe("a function URL on this machine", () => {
  const request: UrlRequest = {
    method: "POST",
    path: "/orders?sku=A-17",
    headers: {
      "content-type": "application/json",
      cookie: "a=1; b=2",
      "user-agent": "curl/8",
      host: "orders.localhost",
    },
    body: Buffer.from('{"amount":2}'),
    sourceIp: "127.0.0.1",
  };
  const event = (changes: Partial<UrlRequest>) =>
    urlEvent("http://orders.localhost:4000/", { ...request, ...changes }, new Date(0), "id");

  it("creates events of payload format 2.0", () => {
    const made = event({}) as { requestContext: { http: object } } & Record<string, unknown>;
    assert.equal(made.version, "2.0");
    assert.deepEqual(
      [made.rawPath, made.rawQueryString, made.body, made.isBase64Encoded],
      ["/orders", "sku=A-17", '{"amount":2}', false],
    );
    assert.deepEqual(made.cookies, ["a=1", "b=2"]);
    assert.deepEqual(made.requestContext.http, {
      method: "POST",
      path: "/orders",
      protocol: "HTTP/1.1",
      sourceIp: "127.0.0.1",
      userAgent: "curl/8",
    });
  });

  it("encodes a body that is no text", () => {
    const made = event({ headers: { "content-type": "image/png" }, body: Buffer.from([0xff, 0x00]) });
    assert.deepEqual([made.body, made.isBase64Encoded], ["/wA=", true]);
  });

  const answer = (payload: unknown, failed = false) => {
    const { status, headers, body } = urlAnswer(payload, failed);
    return [status, headers, body.toString()];
  };
  it("responds with the function's result", () => {
    assert.deepEqual(
      answer({
        statusCode: 201,
        headers: { "X-A": 1 },
        cookies: ["s=1"],
        body: "b2s=",
        isBase64Encoded: true,
      }),
      [201, { "content-type": "application/json", "x-a": "1", "set-cookie": ["s=1"] }, "ok"],
    );
    assert.deepEqual(answer({ ok: true }), [200, { "content-type": "application/json" }, '{"ok":true}']);
    assert.deepEqual(answer({ errorType: "TypeError" }, true), [
      502,
      { "content-type": "application/json" },
      '{"message":"Internal Server Error"}',
    ]);
    assert.deepEqual(answer("tea"), [200, { "content-type": "application/json" }, '"tea"']);
  });

  const streamed = (type: string | undefined, ...chunks: string[]) => {
    const written: unknown[] = [];
    const answer = new StreamedAnswer({
      head: (status, headers) => written.push([status, headers]),
      body: (chunk) => written.push(chunk.toString()),
    });
    for (const chunk of chunks) answer.push(Buffer.from(chunk), type);
    return [...written, answer.begun];
  };
  it("forwards a streamed response as it arrives, with its head", () => {
    const type = "application/vnd.awslambda.http-integration-response";
    const head = '{"statusCode":418,"headers":{"content-type":"text/html"},"cookies":["s=1"]}';
    assert.deepEqual(streamed(type, head.slice(0, 9), `${head.slice(9)}${"\0".repeat(8)}<p>`, "tea"), [
      [418, { "content-type": "text/html", "set-cookie": ["s=1"] }],
      "<p>",
      "tea",
      true,
    ]);
    assert.deepEqual(streamed("text/plain", "a", "b"), [
      [200, { "content-type": "text/plain" }],
      "a",
      "b",
      true,
    ]);
    assert.deepEqual(streamed(type, "{"), [false]);
  });

  it("is for the function that the host names", () => {
    const names = ["orders", "Shop_Payment"];
    assert.equal(functionOfHost("orders.localhost:4000", names), "orders");
    assert.equal(functionOfHost("shop-payment.localhost:4000", names), "Shop_Payment");
    assert.equal(functionOfHost("127.0.0.1:4000", names), undefined);
    assert.equal(functionOfHost("127.0.0.1:4000", ["orders"]), "orders");
  });
});

describe("what functions ask of AWS", () => {
  const call = (path: string, headers = {}, body = "{}") => ({
    method: "POST",
    path,
    headers,
    body: Buffer.from(body),
  });
  const result = {
    requestId: "r-1",
    status: "success",
    payload: { ok: true },
    durationMs: 1,
    billedDurationMs: 1,
    extensionOverheadMs: 0,
    coldStart: false,
    environmentId: "e",
  } as const;
  const invoked: unknown[] = [];
  const invoke = (name: string, payload: unknown, options: object) => {
    if (name !== "payment") return undefined;
    invoked.push([payload, options]);
    return Promise.resolve(result);
  };
  const later: unknown[] = [];
  const invokeLater = (name: string, payload: unknown) =>
    name === "payment" ? Promise.resolve(later.push(payload) > 0) : undefined;

  it("is Lambda's Invoke, by name or ARN", async () => {
    const arn = encodeURIComponent("arn:aws:lambda:us-east-1:123456789012:function:payment:live");
    const context = Buffer.from('{"custom":{}}').toString("base64");
    const answered = await answerAws(
      call(`/2015-03-31/functions/${arn}/invocations`, { "x-amz-client-context": context }, '{"a":1}'),
      invoke,
      invokeLater,
    );
    assert.deepEqual([answered.status, answered.body.toString()], [200, '{"ok":true}']);
    assert.deepEqual(invoked.pop(), [{ a: 1 }, { clientContext: '{"custom":{}}' }]);
    const queued = await answerAws(
      call("/2015-03-31/functions/payment/invocations", { "x-amz-invocation-type": "Event" }, '{"a":2}'),
      invoke,
      invokeLater,
    );
    assert.deepEqual([queued.status, later, invoked], [202, [{ a: 2 }], []]);
    assert.equal(functionName("123456789012:function:payment"), "payment");
  });

  it("is refused with words for other functions and other services", async () => {
    const missing = await answerAws(call("/2015-03-31/functions/stock/invocations"), invoke, invokeLater);
    assert.match(`${missing.status} ${missing.body}`, /404.*Function not found: stock/);
    const authorization = "AWS4-HMAC-SHA256 Credential=sandbox/20260101/us-east-1/dynamodb/aws4_request, …";
    const other = await answerAws(call("/", { authorization }), invoke, invokeLater);
    assert.match(other.body.toString(), /not dynamodb.*AWS_ENDPOINT_URL_DYNAMODB=http/);
  });
});

describe("a message to a queue", () => {
  const send = (body: object, deliver: DeliverToQueue, operation = "SendMessage") => {
    const headers = { "x-amz-target": `AmazonSQS.${operation}` };
    const call = { method: "POST", path: "/", headers, body: Buffer.from(JSON.stringify(body)) };
    const answered = answerSqs(call, deliver, () => 1_000);
    return { status: answered?.status, body: JSON.parse(`${answered?.body ?? "null"}`) };
  };

  it("is delivered to the functions of the queue, with retries while they fail", async () => {
    interface Event {
      Records: {
        body: string;
        attributes: Record<string, string>;
        messageAttributes: object;
        eventSourceARN: string;
      }[];
    }
    const events: Event[] = [];
    let done: () => void = () => {};
    const delivered = new Promise<void>((resolve) => {
      done = resolve;
    });
    const answered = send(
      {
        QueueUrl: "https://sqs.eu-west-1.amazonaws.com/123456789012/Orders",
        MessageBody: "hi",
        MessageAttributes: { traceparent: { DataType: "String", StringValue: "00-a-b-01" } },
      },
      async (queue, event) => {
        assert.equal(queue, "Orders");
        if (events.push(event as Event) === 3) done();
        return false;
      },
    );
    assert.equal(answered.body.MD5OfMessageBody, "49f68a5c8493ec2c0bf489821c21fc3b");
    await delivered;
    const [first, , third] = events.map(({ Records }) => Records[0]);
    assert.deepEqual(
      [first?.body, first?.attributes],
      ["hi", { ApproximateReceiveCount: "1", SentTimestamp: "1000" }],
    );
    assert.match(JSON.stringify(first?.messageAttributes), /"stringValue":"00-a-b-01"/);
    assert.equal(third?.attributes.ApproximateReceiveCount, "3");
    assert.match(first?.eventSourceARN ?? "", /:sqs:.*:Orders$/);
  });

  it("is sent in batches, and refused with a message if no function reads it", () => {
    const batch = send(
      { QueueUrl: "Q", Entries: [{ Id: "a", MessageBody: "1" }] },
      async () => true,
      "SendMessageBatch",
    );
    assert.deepEqual([batch.status, batch.body.Successful[0].Id], [200, "a"]);
    assert.match(
      send({ QueueUrl: "Q" }, () => undefined).body.message,
      /No function of the project reads the queue "Q"/,
    );
    assert.match(send({}, () => undefined, "ReceiveMessage").body.message, /not ReceiveMessage/);
  });
});

describe("a function that was stopped", () => {
  it("is not restarted by a later change", async () => {
    const states: string[] = [];
    const running = new DevFunction(async () => {
      states.push("started");
      return { shutdown: async () => void states.push("ended") } as unknown as Sandbox;
    });
    await running.restart();
    await running.stop();
    await running.restart();
    assert.deepEqual(states, ["started", "started", "ended", "ended"]);
  });

  it("gets no others beside it", async () => {
    let started = 0;
    const session = new Session({
      define: () => {
        started += 1;
        throw new Error("not here");
      },
      ...{ hostPorts: [], platformEnvironment: {}, cacheDirectory: "/nowhere", freezes: true },
      ...{ onEvent: () => {}, onNotice: () => {}, onResult: () => {} },
    });
    await session.stop();
    await session.update({ functions: [{ ...project, code: __dirname }], routes: noRoutes() });
    assert.deepEqual([session.names, started], [[], 0]);
  });
});

describe("a line on the terminal", () => {
  const line = (record: string | Record<string, unknown>) => lineOf({ time: "", type: "function", record });
  it("has the level and the message of its author", () => {
    assert.deepEqual(line("2026-01-01T00:00:00.000Z\tid\tWARN\tstock low\n"), {
      level: "warn",
      text: "stock low",
    });
    assert.deepEqual(line("[ERROR]\t2026-01-01T00:00:00.000Z\tid\tno customer\nTraceback"), {
      level: "error",
      text: "no customer\nTraceback",
    });
    assert.deepEqual(line("[ERROR] KeyError: 'a'\nTraceback"), {
      level: "error",
      text: "KeyError: 'a'\nTraceback",
    });
    assert.deepEqual(line({ level: "INFO", message: { sku: "A" }, requestId: "x", timestamp: "t" }), {
      level: "info",
      text: '{"sku":"A"}',
    });
    assert.deepEqual(line('{"level":"error","msg":"no"}'), { level: "error", text: "no" });
    assert.deepEqual(line("{ not json"), { level: "info", text: "{ not json" });
    const report = 'Invoke Error \t{"errorType":"TypeError","stack":["TypeError: no","    at handler"]}';
    assert.deepEqual(line(`2026-01-01T00:00:00.000Z\tid\tERROR\t${report}\n`), {
      level: "error",
      text: "Invoke Error: TypeError: no\n    at handler",
    });
    assert.equal(lineOf({ time: "", type: "platform.start", record: {} }), undefined);
  });
  it("moves no cursor", () => {
    assert.equal(line("a\u001b[2Jb\td")?.text, "ab\td");
    assert.equal(line("c\u0007\u009bd")?.text, "cd");
  });
});

describe("what is watched", () => {
  it("ignores installed and built files", () => {
    const folder = join("/", "project", "node_modules", "own");
    assert.equal(isIgnored(join(folder, "index.js"), folder), false);
    assert.equal(isIgnored(join(folder, "node_modules", "a", "index.js"), folder), true);
    assert.equal(isIgnored(join(folder, ".git", "HEAD"), folder), true);
  });
});
