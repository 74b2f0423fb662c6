import assert from "node:assert/strict";
import { pathToFileURL } from "node:url";
import type { SeenSpan } from "../seenSpans";
import { events, sqsBatch, traceparent } from "./events";
import { TracedProcesses } from "./tracedProcess";

const server = 2;
const consumer = 5;

describe("the traced handler", () => {
  let processes: TracedProcesses;
  before(async () => {
    processes = await TracedProcesses.open();
  });
  after(() => processes.close());

  const only = (spans: readonly SeenSpan[]): SeenSpan => {
    assert.equal(spans.length, 1, JSON.stringify(spans.map(({ name }) => name)));
    return spans[0] as SeenSpan;
  };

  interface Shape {
    files: Record<string, string>;
    handler?: string;
    styles?: readonly ("callback" | "promise")[];
  }
  const shapes: Readonly<Record<string, Shape>> = {
    CommonJS: { files: { "index.js": "exports.handler = async (event) => event.n;" } },
    "CommonJS in .cjs": { files: { "index.cjs": "exports.handler = async (event) => event.n;" } },
    "an ES module in .mjs": { files: { "index.mjs": "export const handler = async (event) => event.n;" } },
    "an ES module in .js": {
      files: {
        "index.js": "export const handler = async (event) => event.n;",
        "package.json": '{"type":"module"}',
      },
    },
    "an ES module with top-level await": {
      files: {
        "index.mjs":
          "const one = await Promise.resolve(0); export const handler = async (event) => event.n + one;",
      },
    },
    "a default export of an ES module": {
      files: { "index.mjs": "export default async (event) => event.n;" },
      handler: "index.default",
    },
    "a handler within a default export": {
      files: { "index.mjs": "export default { handler: async (event) => event.n };" },
    },
    "output of TypeScript and esbuild": {
      files: {
        "index.js": `"use strict"; Object.defineProperty(exports, "__esModule", { value: true });
          Object.defineProperty(exports, "handler", { enumerable: true, get: () => handler });
          const handler = async (event) => event.n;`,
      },
    },
    "a handler in a folder, below an object": {
      files: { "dist/src/app.js": "exports.api = { orders: { get: async (event) => event.n } };" },
      handler: "dist/src/app.api.orders.get",
    },
    "a frozen module": {
      files: {
        "index.js": "module.exports = Object.freeze({ handler: Object.freeze(async (event) => event.n) });",
      },
    },
    "a synchronous handler": {
      files: { "index.js": "exports.handler = (event) => event.n;" },
      styles: ["promise"],
    },
    "a thenable": {
      files: { "index.js": "exports.handler = (event) => ({ then: (resolve) => resolve(event.n) });" },
    },
    "a callback": {
      files: {
        "index.js":
          "exports.handler = (event, context, done) => { setTimeout(() => done(null, event.n), 5); };",
      },
      styles: ["callback"],
    },
    "a callback that is called at once": {
      files: { "index.js": "exports.handler = (event, context, done) => done(null, event.n);" },
      styles: ["callback"],
    },
    "context.succeed": {
      files: { "index.js": "exports.handler = (event, context) => { context.succeed(event.n); };" },
      styles: ["callback"],
    },
    "context.done": {
      files: {
        "index.js":
          "exports.handler = (event, context) => { setImmediate(() => context.done(null, event.n)); };",
      },
      styles: ["callback"],
    },
  };
  for (const [title, { files, handler, styles }] of Object.entries(shapes)) {
    for (const style of styles ?? (["callback", "promise"] as const)) {
      it(`${title}, runtime of ${style}s: the same responses, a span for each invocation`, async () => {
        const invocations = [{ event: { n: 1 } }, { event: { n: 2 } }];
        const { results, spans, output } = await processes.run({ files, handler, style, invocations });
        assert.deepEqual(results, [{ response: 1 }, { response: 2 }], output);
        assert.deepEqual(
          spans.map(({ name, kind, status, attributes }) => [
            name,
            kind,
            status,
            attributes["faas.invocation_id"],
            attributes["faas.coldstart"],
          ]),
          [
            ["orders", server, 0, "request-0", true],
            ["orders", server, 0, "request-1", false],
          ],
        );
      });
    }
  }

  it("keeps the number of parameters and the name, by which runtimes go", async () => {
    const { parameters, handlerName } = await processes.run({
      files: { "index.js": "exports.handler = function orders(event, context, done) { done(); };" },
      style: "callback",
    });
    assert.deepEqual([parameters, handlerName], [3, "orders"]);
  });

  for (const style of ["callback", "promise"] as const) {
    it(`middy's middlewares run inside of the span, which has the response that they return, runtime of ${style}s`, async () => {
      const middy = pathToFileURL(require.resolve("@middy/core")).href;
      const { results, spans } = await processes.run({
        files: {
          "index.mjs": `import middy from ${JSON.stringify(middy)};
            import { trace } from ${JSON.stringify(pathToFileURL(require.resolve("@opentelemetry/api")).href)};
            const orders = {
              before: ({ event }) => {
                trace.getTracer("orders").startSpan("check").end();
                if (event.headers.cached) return { statusCode: 200, body: "cached" };
              },
              after: ({ response }) => { response.statusCode = 503; },
              onError: (request) => { request.response = { statusCode: 418, body: request.error.message }; },
            };
            export const handler = middy().use(orders).handler(async ({ headers }) => {
              if (headers.fails) throw new TypeError("oven is cold");
              return { statusCode: 200, body: "made" };
            });`,
        },
        style,
        invocations: [{}, { cached: "1" }, { fails: "1" }].map((headers) => {
          const event = events["API Gateway, REST"]?.event as { headers: object };
          return { event: { ...event, headers: { ...event.headers, ...headers } } };
        }),
      });
      assert.deepEqual(results, [
        { response: { statusCode: 503, body: "made" } },
        { response: { statusCode: 200, body: "cached" } },
        { response: { statusCode: 418, body: "oven is cold" } },
      ]);
      const handlers = spans.filter(({ kind }) => kind === server);
      assert.deepEqual(
        handlers.map(({ name, status, attributes }) => [
          name,
          status,
          attributes["http.response.status_code"],
        ]),
        [
          ["GET /orders/{id}", 2, 503],
          ["GET /orders/{id}", 0, 200],
          ["GET /orders/{id}", 0, 418],
        ],
      );
      assert.deepEqual(
        spans.filter(({ name }) => name === "check").map(({ parentSpanId }) => parentSpanId),
        handlers.map(({ spanId }) => spanId),
      );
    });
  }

  it("streams responses, and has their status code", async () => {
    const { results, spans } = await processes.run({
      files: {
        "index.mjs": `export const handler = awslambda.streamifyResponse(async (event, stream) => {
          const body = awslambda.HttpResponseStream.from(stream, { statusCode: 503 });
          await null;
          body.write("a");
        });`,
      },
      invocations: [{ event: events["a function URL"]?.event }],
    });
    assert.deepEqual(results[0]?.response, { written: ["a"], prelude: { statusCode: 503 } });
    const span = only(spans);
    assert.deepEqual([span.status, span.attributes["http.response.status_code"]], [2, 503]);
  });

  for (const style of ["callback", "promise"] as const) {
    for (const [title, source] of Object.entries({
      rejects: "async () => { throw new TypeError('oven is cold'); }",
      throws: "() => { throw new TypeError('oven is cold'); }",
      ...(style === "callback"
        ? { "calls back with": "(e, c, done) => { done(new TypeError('oven is cold')); }" }
        : {}),
    })) {
      // dd-trace-js 2893
      it(`a handler that ${title} an error, runtime of ${style}s: the error as it is, and on the span`, async () => {
        const { results, spans } = await processes.run({
          files: { "index.js": `exports.handler = ${source};` },
          style,
        });
        assert.deepEqual(results, [{ error: { name: "TypeError", message: "oven is cold" } }]);
        const span = only(spans);
        assert.deepEqual(
          [span.status, span.message, span.attributes["error.type"]],
          [2, "oven is cold", "TypeError"],
        );
        const [event] = span.events;
        assert.equal(event?.name, "exception");
        assert.equal(event?.attributes["exception.type"], "TypeError");
        assert.match(String(event?.attributes["exception.stacktrace"]), /index\.js:1/);
      });
    }
  }

  it("survives whatever is thrown", async () => {
    const thrown = [
      "undefined",
      "null",
      "'text'",
      "7",
      "Object.create(null)",
      "new Proxy({}, { get() { throw 1; } })",
    ];
    const source = `exports.handler = async (event) => { throw [${thrown}][event]; };`;
    const { spans, code } = await processes.run({
      files: { "index.js": source },
      invocations: thrown.slice(0, 5).map((_, event) => ({ event })),
    });
    assert.equal(code, 0);
    assert.deepEqual(
      spans.map(({ status }) => status),
      [2, 2, 2, 2, 2],
    );
  });

  it("an HTTP response from 500 on is an error, one with 404 is not", async () => {
    const { spans } = await processes.run({
      files: { "index.js": "exports.handler = async (event) => ({ statusCode: event.headers.status });" },
      invocations: [500, 404].map((status) => {
        const event = events["API Gateway, REST"]?.event as { headers: object };
        return { event: { ...event, headers: { ...event.headers, status } } };
      }),
    });
    assert.deepEqual(
      spans.map(({ name, status, attributes }) => [name, status, attributes["http.response.status_code"]]),
      [
        ["GET /orders/{id}", 2, 500],
        ["GET /orders/{id}", 0, 404],
      ],
    );
    assert.deepEqual(
      spans.map(({ traceId, parentSpanId }) => [traceId, parentSpanId]),
      Array(2).fill(["0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"]),
    );
  });

  it("a batch: links to the senders, and its failures as events", async () => {
    const { spans } = await processes.run({
      files: {
        "index.js": "exports.handler = async () => ({ batchItemFailures: [{ itemIdentifier: 'm-1' }] });",
      },
      invocations: [{ event: sqsBatch([traceparent, undefined]) }],
    });
    const span = only(spans);
    assert.deepEqual([span.kind, span.parentSpanId, span.links], [consumer, "", ["b7ad6b7169203331"]]);
    assert.deepEqual(span.events, [
      { name: "batch item failure", attributes: { "messaging.message.id": "m-1" } },
    ]);
    assert.equal(span.attributes["aws.lambda.batch_item_failures"], 1);
  });

  it("X-Ray's trace is the one that the runtime names, in the context or in a variable", async () => {
    const header = (digit: string) => `Root=1-0000000${digit}-bd862e3fe1be46a994272793;Sampled=0`;
    const { spans } = await processes.run({
      files: { "index.js": "exports.handler = async () => 1;" },
      invocations: [
        { xray: header("1") },
        { xray: header("1"), context: { xRayTraceId: header("2") } },
        { xray: header("3"), context: { xRayTraceId: undefined } },
      ],
    });
    assert.deepEqual(
      spans.map(({ traceId }) => traceId.slice(0, 8)),
      ["00000001", "00000002", "00000003"],
    );
  });

  it("invocations that overlap keep apart", async () => {
    const { results, spans, ended } = await processes.run({
      files: {
        "index.js": `const { trace } = require("@opentelemetry/api");
          exports.handler = async (event) => {
            await new Promise((resolve) => setTimeout(resolve, event.wait));
            return trace.getTracer("t").startActiveSpan("inner", async (span) => {
              await new Promise((resolve) => setTimeout(resolve, event.wait));
              span.end();
              return trace.getActiveSpan() === span;
            });
          };`,
      },
      env: { AWS_LAMBDA_MAX_CONCURRENCY: "8" },
      overlapping: true,
      invocations: [30, 10, 20].map((wait) => ({ event: { wait } })),
    });
    assert.deepEqual(results, Array(3).fill({ response: true }));
    assert.deepEqual(ended, ["request-1", "request-2", "request-0"], "each says that it has ended");
    const handlers = spans.filter(({ name }) => name === "orders");
    const inner = spans.filter(({ name }) => name === "inner");
    assert.deepEqual(
      new Set(inner.map(({ parentSpanId }) => parentSpanId)),
      new Set(handlers.map(({ spanId }) => spanId)),
    );
    assert.equal(new Set(spans.map(({ traceId }) => traceId)).size, 3);
  });

  it("shortly before the deadline open spans are sent as they are", async () => {
    const { spans, ended } = await processes.run({
      files: {
        "index.js": `const { trace } = require("@opentelemetry/api");
          exports.handler = async () => {
            trace.getTracer("t").startSpan("hangs");
            await new Promise((resolve) => setTimeout(resolve, 400));
            process.kill(process.pid, "SIGKILL");
          };`,
      },
      remainingMs: 250,
    });
    assert.deepEqual(spans.map(({ name, status }) => [name, status]).sort(), [
      ["hangs", 2],
      ["orders", 2],
    ]);
    assert.ok(spans.every(({ attributes }) => attributes["clickstack.unfinished"] === true));
    assert.match(spans[0]?.message ?? "", /time out/);
    assert.deepEqual(ended, [], "the handler has not ended");
  });

  it("while an invocation is running, open spans are sent early, so that its lines have a span and a killed process leaves them", async () => {
    const { spans, ended } = await processes.run({
      files: {
        "index.js": `const { trace } = require("@opentelemetry/api");
          exports.handler = async () => {
            trace.getTracer("t").startSpan("hangs");
            await new Promise((resolve) => setTimeout(resolve, 700));
            process.kill(process.pid, "SIGKILL");
          };`,
      },
      remainingMs: 60_000,
    });
    assert.deepEqual(spans.map(({ name }) => name).sort(), ["hangs", "orders"]);
    assert.ok(spans.every(({ attributes }) => attributes["clickstack.unfinished"] === true));
    assert.match(spans[0]?.message ?? "", /the function ended before/);
    assert.deepEqual(ended, [], "the handler has not ended");
  });

  it("a process that exits sends its open spans, with the error that ended it", async () => {
    const source = (ending: string): string => `const { trace } = require("@opentelemetry/api");
      exports.handler = async () => {
        trace.getTracer("t").startSpan("hangs");
        setTimeout(() => { ${ending} }, 100);
        await new Promise((resolve) => setTimeout(resolve, 5_000));
      };`;
    for (const [ending, message] of [
      ["process.exit(3)", /exited/],
      ["throw new RangeError('too far')", /too far/],
    ] as const) {
      const { spans, ended } = await processes.run({ files: { "index.js": source(ending) } });
      assert.deepEqual(ended, [], "the handler has not ended");
      assert.deepEqual(spans.map(({ name, status }) => [name, status]).sort(), [
        ["hangs", 2],
        ["orders", 2],
      ]);
      assert.match(spans.find(({ name }) => name === "orders")?.message ?? "", message);
    }
  });

  it("errors while the handler is loaded are the function's own", async () => {
    for (const [files, handler, message] of [
      [
        { "index.js": "throw new RangeError('no configuration')" },
        "index.handler",
        /RangeError: no configuration/,
      ],
      [{ "index.js": "const = 1" }, "index.handler", /SyntaxError/],
      [{ "index.js": "require('nowhere')" }, "index.handler", /MODULE_NOT_FOUND/],
      [
        { "index.js": "" },
        "index.handler",
        /Runtime.HandlerNotFound: index.handler is undefined or not exported/,
      ],
      [{ "index.js": "exports.handler = 1" }, "index.handler", /index.handler is not a function/],
      [{}, "index.handler", /Cannot find module 'index'/],
      [{}, "../index.handler", /Runtime.MalformedHandlerName/],
      [{}, "index", /Runtime.MalformedHandlerName: Bad handler/],
    ] as const) {
      const { output, code } = await processes.run({ files, handler });
      assert.equal(code, 1, output);
      assert.match(output, message);
    }
  });
});
