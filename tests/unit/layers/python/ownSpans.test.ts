import assert from "node:assert/strict";
import type { SeenSpan } from "../seenSpans";
import { isPrepared, TracedPythons } from "./tracedPython";

const tree = (spans: readonly SeenSpan[]): Record<string, string | undefined> =>
  Object.fromEntries(
    spans.map(({ name, parentSpanId }) => [name, spans.find(({ spanId }) => spanId === parentSpanId)?.name]),
  );

describe("spans of a function in Python by opentelemetry-api", () => {
  let processes: TracedPythons;
  before(async function () {
    if (!isPrepared) this.skip();
    processes = await TracedPythons.open();
  });
  after(() => processes?.close());

  it("are children of the invocation, across functions, coroutines, threads with a context and decorators", async () => {
    const source = `
import asyncio, threading
from opentelemetry import baggage, context, propagate, trace
from opentelemetry.trace import Link, SpanKind, Status, StatusCode

tracer = trace.get_tracer("orders", "1.2")

@tracer.start_as_current_span("decorated")
def decorated():
    trace.get_current_span().set_attribute("n", 1)

@tracer.start_as_current_span("coroutine")
async def coroutine():
    await asyncio.sleep(0.001)
    with tracer.start_as_current_span("inner"):
        pass

async def both():
    await asyncio.gather(coroutine(), coroutine())

def in_thread(parent):
    token = context.attach(parent)
    with tracer.start_as_current_span("threaded"):
        pass
    context.detach(token)

def handler(event, lambda_context):
    decorated()
    asyncio.run(both())
    thread = threading.Thread(target=in_thread, args=(context.get_current(),))
    thread.start()
    thread.join()
    link = Link(trace.get_current_span().get_span_context(), {"a": 1})
    with tracer.start_as_current_span("charge", kind=SpanKind.CLIENT, links=[link], attributes={
        "text": "a", "flag": True, "many": [1, 2], "share": 1.5, "none": None, "mixed": [1, "a"]
    }) as span:
        span.add_event("asked", {"times": 3})
        span.update_name("charged")
        try:
            with tracer.start_as_current_span("failing"):
                raise ValueError("no money")
        except ValueError:
            span.set_status(Status(StatusCode.ERROR, "declined"))
        carrier = {}
        propagate.inject(carrier)
        ids = trace.format_span_id(span.get_span_context().span_id)
    return {"carrier": carrier, "id": ids, "user": baggage.get_baggage("user"),
            "after": trace.format_span_id(trace.get_current_span().get_span_context().span_id)}
`;
    const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
    const event = { headers: { traceparent, tracestate: "v=1", baggage: "user=7" } };
    const { results, spans, output } = await processes.run({
      files: { "app.py": source },
      invocations: [{ event }],
    });
    const response = results[0]?.response as Record<string, unknown>;
    assert.ok(response, output);
    assert.deepEqual(tree(spans), {
      orders: undefined,
      decorated: "orders",
      coroutine: "orders",
      inner: "coroutine",
      threaded: "orders",
      charged: "orders",
      failing: "charged",
    });
    const charged = spans.find(({ name }) => name === "charged") as SeenSpan;
    const handler = spans.find(({ name }) => name === "orders") as SeenSpan;
    assert.deepEqual(
      [charged.kind, charged.status, charged.message, charged.scope, charged.links],
      [3, 2, "declined", "orders", [handler.spanId]],
    );
    assert.deepEqual(charged.attributes, { text: "a", flag: true, many: [1, 2], share: 1.5 });
    assert.deepEqual(charged.events, [{ name: "asked", attributes: { times: 3 } }]);
    const failing = spans.find(({ name }) => name === "failing") as SeenSpan;
    assert.deepEqual(
      [failing.events[0]?.attributes["exception.type"], failing.status, failing.message],
      ["ValueError", 2, "ValueError: no money"],
    );
    assert.deepEqual(response, {
      carrier: {
        traceparent: `00-${charged.traceId}-${charged.spanId}-01`,
        tracestate: "v=1",
        baggage: "user=7",
      },
      id: charged.spanId,
      user: "7",
      after: handler.spanId,
    });
    assert.deepEqual([handler.traceId, handler.parentSpanId], [traceparent.slice(3, 35), "b7ad6b7169203331"]);
  });

  it("are also created if the API is imported within the handler, and none leak into the next invocation", async () => {
    const source = `
def handler(event, context):
    from opentelemetry import trace
    before = trace.format_span_id(trace.get_current_span().get_span_context().span_id)
    with trace.get_tracer("late").start_as_current_span("work"):
        pass
    return before
`;
    const { results, spans } = await processes.run({ files: { "app.py": source }, invocations: [{}, {}] });
    const handlers = spans.filter(({ name }) => name === "orders");
    assert.deepEqual(
      results.map(({ response }) => response),
      handlers.map(({ spanId }) => spanId),
    );
    assert.deepEqual(
      spans.filter(({ name }) => name === "work").map(({ parentSpanId }) => parentSpanId),
      handlers.map(({ spanId }) => spanId),
    );
  });

  it("an SDK that the function sets up wins, below the layer's span, also for tracers that were got before", async () => {
    const source = `
from opentelemetry import trace
early = trace.get_tracer("early")
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
kept = InMemorySpanExporter()
assert isinstance(trace.get_tracer_provider(), trace.ProxyTracerProvider)
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(kept))
trace.set_tracer_provider(provider)

def handler(event, context):
    import http.client
    outer = trace.format_span_id(trace.get_current_span().get_span_context().span_id)
    for tracer in (early, trace.get_tracer("late")):
        with tracer.start_as_current_span("own"):
            try:
                http.client.HTTPConnection("127.0.0.1", 9, timeout=1).request("GET", "/")
            except OSError:
                pass
    return [outer, [trace.format_span_id(span.parent.span_id) for span in kept.get_finished_spans()]]
`;
    const { results, spans, output } = await processes.run({ files: { "app.py": source } });
    assert.deepEqual(
      spans.map(({ name }) => name),
      ["orders"],
      output,
    );
    const [handler] = spans;
    assert.deepEqual(results[0]?.response, [handler?.spanId, [handler?.spanId, handler?.spanId]]);
  });
});
