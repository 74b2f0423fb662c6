import assert from "node:assert/strict";
import { join } from "node:path";
import { events, traceparent } from "./events";
import { type Outcome, TracedProcesses } from "./tracedProcess";

const root = join(__dirname, "..", "..", "..", "..");

/** The response of the first invocation. */
function responseOf([first]: readonly Outcome[]): unknown {
  assert.ok(first && first.error === undefined, JSON.stringify(first));
  return first.response;
}

describe("spans of the function's own", () => {
  let processes: TracedProcesses;
  before(async () => {
    processes = await TracedProcesses.open();
  });
  after(() => processes.close());

  const api =
    'const { context, propagation, trace, SpanStatusCode, ROOT_CONTEXT } = require("@opentelemetry/api");';

  it("are children of the handler's, from tracers of the module or the handler", async () => {
    const { spans, output } = await processes.run({
      files: {
        "index.js": `${api}
          const early = trace.getTracer("early", "1.0.0");
          exports.handler = async () => {
            const first = early.startSpan("first");
            await new Promise((resolve) => setTimeout(resolve, 5));
            await early.startActiveSpan("second", { attributes: { a: 1 } }, async (second) => {
              await null;
              trace.getTracer("late").startActiveSpan("third", (third) => third.end());
              second.addEvent("happened", { n: 1 });
              second.setStatus({ code: SpanStatusCode.ERROR, message: "cold" });
              second.recordException(new TypeError("oven"));
              second.addLink({ context: first.spanContext() });
              second.end();
              second.setAttribute("late", true);
              second.end();
            });
            first.end();
          };`,
      },
    });
    const by = Object.fromEntries(spans.map((span) => [span.name, span]));
    const handler = by.orders;
    assert.equal(spans.length, 4, output);
    assert.deepEqual([by.first?.parentSpanId, by.second?.parentSpanId], [handler?.spanId, handler?.spanId]);
    assert.equal(by.third?.parentSpanId, by.second?.spanId);
    assert.equal(new Set(spans.map(({ traceId }) => traceId)).size, 1);
    assert.deepEqual([by.first?.scope, by.third?.scope], ["early", "late"]);
    assert.deepEqual(by.second?.attributes, { a: 1 });
    assert.deepEqual(
      [by.second?.status, by.second?.message, by.second?.links],
      [2, "cold", [by.first?.spanId]],
    );
    assert.deepEqual(
      by.second?.events.map(({ name }) => name),
      ["happened", "exception"],
    );
    assert.ok(by.first && by.first.end - by.first.start >= 4_000_000n, "it has its duration");
  });

  it("ids differ in environments that were restored from one snapshot", async () => {
    const files = { "index.js": "exports.handler = async () => {};" };
    const restored = (awsRequestId: string) =>
      processes.run({ files, invocations: [{ context: { awsRequestId } }], execArgv: ["--random-seed=7"] });
    const runs = [
      await restored("8f507cfc-xmpl-4697-b07a-ac58fc914c95"),
      await restored("8f507cfc-xmpl-4697-b07a-ac58fc914c95"),
      await restored("8f507cfc-0a1b-4697-b07a-ac58fc914c95"),
      await restored("b4b6a3c1-77de-4f0e-9c3a-1d2e3f405162"),
    ];
    const [first, same, ...others] = runs.map(({ spans: [span] }) => [span?.traceId, span?.spanId]);
    assert.deepEqual(first, same, "this request id is no UUID, and the generators are in one state");
    const all = [first, ...others].flat();
    assert.equal(new Set(all).size, all.length);
  });

  it("baggage is received, read, changed and propagated, as is the trace's state", async () => {
    const { results } = await processes.run({
      files: {
        "index.js": `${api}
          exports.handler = async () => {
            const baggage = propagation.getActiveBaggage().setEntry("tenant", { value: "blue" });
            const carrier = {};
            propagation.inject(propagation.setBaggage(context.active(), baggage), carrier);
            const back = propagation.extract(ROOT_CONTEXT, { traceparent: "${traceparent}", baggage: "k=v" });
            return { carrier, span: trace.getSpanContext(back).spanId, k: propagation.getBaggage(back).getEntry("k").value };
          };`,
      },
      invocations: [{ event: { headers: { traceparent, tracestate: "a=1", baggage: "user=7" } } }],
    });
    const { carrier, span, k } = responseOf(results) as {
      carrier: Record<string, string>;
      span: string;
      k: string;
    };
    assert.match(
      carrier.traceparent ?? "",
      /^00-0af7651916cd43dd8448eb211c80319c-(?!b7ad6b7169203331)[\da-f]{16}-01$/,
    );
    assert.deepEqual(
      [carrier.tracestate, carrier.baggage, span, k],
      ["a=1", "user=7,tenant=blue", "b7ad6b7169203331", "v"],
    );
  });

  it("contexts follow callbacks, emitters and context.with", async () => {
    const { results } = await processes.run({
      files: {
        "index.js": `${api}
          const { EventEmitter } = require("node:events");
          const key = Symbol("key");
          exports.handler = async () => {
            const inner = context.active().setValue(key, 1);
            const bound = context.bind(inner, () => context.active().getValue(key));
            const emitter = context.bind(inner, new EventEmitter());
            let heard;
            const listener = () => { heard = context.active().getValue(key); };
            emitter.on("event", listener);
            emitter.emit("event");
            emitter.off("event", listener);
            return [
              context.with(inner, () => context.active().getValue(key)),
              context.active().getValue(key) ?? null,
              bound(),
              heard,
              emitter.listenerCount("event"),
              trace.getSpan(inner) !== undefined,
            ];
          };`,
      },
    });
    assert.deepEqual(results[0]?.response, [1, null, 1, 1, 0, true]);
  });

  it("are available to every copy and every 1.x version of the API", async () => {
    // The versions differ in which registered version they accept: one that is not older than their own.
    const copies = ["1.0.0", "1.4.1", "1.9.0", "1.40.0"].map((version) => `take("${version}")`);
    const { results, output } = await processes.run({
      files: {
        "index.js": `const Module = require("node:module");
          function take(version) {
            const file = require("node:path").join(require("node:path").dirname(require.resolve("@opentelemetry/api")), "version.js");
            for (const name of Object.keys(require.cache)) if (name.includes("@opentelemetry/api/")) delete require.cache[name];
            const fake = new Module(file);
            fake.exports = { VERSION: version };
            fake.loaded = true;
            require.cache[file] = fake;
            return require("@opentelemetry/api");
          }
          exports.handler = async () => [${copies}].map(({ trace }) => {
            const span = trace.getTracer("t").startSpan("s");
            span.end();
            return span.isRecording !== undefined && span.spanContext().traceId;
          });`,
      },
    });
    assert.equal(results[0]?.error, undefined, output);
    const traces = results[0]?.response as string[];
    assert.equal(traces.length, 4);
    assert.equal(new Set(traces).size, 1);
    assert.match(traces[0] ?? "", /[1-9a-f]/);
  });

  it("go to the function's own SDK if it registers one, below the handler's span", async () => {
    const { results, spans, output } = await processes.run({
      files: {
        "index.js": `${api}
          const { NodeTracerProvider } = require("@opentelemetry/sdk-trace-node");
          const { InMemorySpanExporter, SimpleSpanProcessor } = require("@opentelemetry/sdk-trace-base");
          const exporter = new InMemorySpanExporter();
          const spanProcessors = [new SimpleSpanProcessor(exporter)];
          const provider = new NodeTracerProvider({ spanProcessors });
          provider.register();
          exports.handler = async () => {
            await trace.getTracer("own").startActiveSpan("inner", async (span) => {
              await null;
              trace.getTracer("own").startSpan("innermost").end();
              span.end();
            });
            return exporter.getFinishedSpans().map((span) => [span.name, span.spanContext().traceId, span.parentSpanContext?.spanId ?? span.parentSpanId]);
          };`,
      },
    });
    assert.deepEqual(
      spans.map(({ name }) => name),
      ["orders"],
      output,
    );
    const [innermost, inner] = responseOf(results) as [string, string, string][];
    assert.deepEqual([innermost?.[0], inner?.[0]], ["innermost", "inner"]);
    assert.deepEqual(inner?.slice(1), [spans[0]?.traceId, spans[0]?.spanId]);
  });

  it("keep working if only a logger of the API is registered", async () => {
    const { results, spans } = await processes.run({
      files: {
        "index.js": `${api}
          const { diag, DiagConsoleLogger, metrics } = require("@opentelemetry/api");
          const registered = diag.setLogger(new DiagConsoleLogger());
          exports.handler = async () => { trace.getTracer("t").startSpan("inner").end(); return registered; };`,
      },
    });
    assert.equal(results[0]?.response, true);
    assert.deepEqual(
      spans.map(({ name }) => name),
      ["inner", "orders"],
    );
  });

  it("of an SDK that was there before stay its own", async () => {
    const preload = join(processes.directory, "sdk.cjs");
    const { writeFileSync } = await import("node:fs");
    writeFileSync(
      preload,
      `const sdk = require(${JSON.stringify(join(root, "node_modules/@opentelemetry/sdk-trace-node"))});
       new sdk.NodeTracerProvider().register();`,
    );
    const { results, spans } = await processes.run({
      execArgv: ["--require", preload],
      files: {
        "index.js": `${api} exports.handler = async () => {
          const span = trace.getTracer("t").startSpan("inner");
          span.end();
          return [span.constructor.name, span.spanContext().traceId];
        };`,
      },
    });
    const [type, traceId] = responseOf(results) as [string, string];
    assert.notEqual(type, "RecordedSpan");
    assert.deepEqual(
      spans.map(({ name }) => name),
      ["orders"],
    );
    assert.equal(traceId, spans[0]?.traceId);
  });

  it("are not recorded if the caller's trace is not, and neither is anything else", async () => {
    const { results, spans } = await processes.run({
      files: {
        "index.js": `${api} exports.handler = async () => {
          const span = trace.getTracer("t").startSpan("inner");
          span.setAttribute("a", 1).addEvent("x").end();
          const carrier = {};
          propagation.inject(trace.setSpan(context.active(), span), carrier);
          return [span.isRecording(), carrier.traceparent];
        };`,
      },
      invocations: [{ event: { headers: { traceparent: traceparent.replace(/01$/, "00") } } }],
    });
    const [isRecording, passedOn] = responseOf(results) as [boolean, string];
    assert.equal(isRecording, false);
    assert.match(passedOn, /^00-0af7651916cd43dd8448eb211c80319c-[\da-f]{16}-00$/);
    assert.deepEqual(spans, []);
  });

  it("one trace over a request, its message and a direct invocation", async () => {
    const forward = (into: string) => ({
      "index.js": `${api} exports.handler = async () => {
        const carrier = {};
        propagation.inject(context.active(), carrier);
        return ${into};
      };`,
    });
    const first = await processes.run({
      files: forward("{ stringValue: carrier.traceparent, dataType: 'String' }"),
      invocations: [{ event: { ...(events["API Gateway, HTTP"]?.event as object), headers: {} } }],
    });
    const attribute = first.results[0]?.response;
    const message = {
      Records: [{ eventSource: "aws:sqs", body: "x", messageAttributes: { traceparent: attribute } }],
    };
    const second = await processes.run({ files: forward("carrier"), invocations: [{ event: message }] });
    const context = { clientContext: { custom: second.results[0]?.response } };
    const third = await processes.run({ files: forward("0"), invocations: [{ event: {}, context }] });
    const [request, consumed, invoked] = [first, second, third].map(({ spans }) => spans[0]);
    assert.equal(request?.parentSpanId, "");
    assert.deepEqual([consumed?.traceId, consumed?.parentSpanId], [request?.traceId, request?.spanId]);
    assert.deepEqual([invoked?.traceId, invoked?.parentSpanId], [request?.traceId, consumed?.spanId]);
  });
});
