import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import * as net from "node:net";
import { join } from "node:path";
import { isPrepared, type RunOptions, TracedPythons } from "./tracedPython";

const files = { "app.py": "def handler(event, context):\n    return event['n']\n" };
const invocations = [1, 2, 3].map((n) => ({ event: { n } }));
const answers = [{ response: 1 }, { response: 2 }, { response: 3 }];

async function listening(onConnection: (socket: net.Socket, number: number) => void) {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => {});
    onConnection(socket, sockets.size);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const close = (): Promise<unknown> => {
    for (const socket of sockets) socket.destroy();
    return new Promise((resolve) => server.close(resolve));
  };
  return { endpoint: `127.0.0.1:${(server.address() as AddressInfo).port}`, close };
}

describe("a handler in Python does not fail because of", () => {
  let processes: TracedPythons;
  before(async function () {
    if (!isPrepared) this.skip();
    processes = await TracedPythons.open();
  });
  after(() => processes?.close());
  const run = (options: Partial<RunOptions> = {}) => processes.run({ files, invocations, ...options });

  it("no extension: the port is closed", async () => {
    const { endpoint, close } = await listening(() => {});
    await close();
    const { results, code, output } = await run({ endpoint });
    assert.deepEqual([results, code], [answers, 0], output);
  });

  for (const [title, onConnection] of Object.entries<(socket: net.Socket) => void>({
    "an extension that never answers": (socket) => socket.resume(),
    "an extension that breaks connections off": (socket) => socket.destroy(),
    "an extension that answers nonsense": (socket) => socket.on("data", () => socket.write("no\r\n\r\n")),
  })) {
    it(title, async () => {
      const { endpoint, close } = await listening(onConnection);
      try {
        const { results, code, output } = await run({ endpoint });
        assert.deepEqual([results, code], [answers, 0], output);
      } finally {
        await close();
      }
    });
  }

  it("no answer is waited for", async () => {
    const { endpoint, close } = await listening((socket) => socket.resume());
    const source = `
import select
from clickstack_tracing import sender
waits = []
class Socket:
    def __init__(self, *args): self.own = create(*args)
    def __getattr__(self, name): return getattr(self.own, name)
    def settimeout(self, seconds): self.seconds = seconds; self.own.settimeout(seconds)
    def recv(self, size): waits.append(self.seconds > 0); return self.own.recv(size)
create, sender._socket = sender._socket.socket, type("Module", (), {**vars(sender._socket), "socket": Socket})
def handler(event, context):
    return sum(waits)
`;
    try {
      const { results, output } = await run({ endpoint, files: { "app.py": source } });
      assert.deepEqual(
        results.map(({ response }) => response),
        [0, 0, 0],
        output,
      );
    } finally {
      await close();
    }
  });

  it("a broken connection: requests without a response are sent again", async () => {
    const { endpoint, close } = await listening((socket, number) => {
      if (number === 1) socket.once("data", () => socket.destroy());
      else {
        const onward = net.connect(processes.port, "127.0.0.1").on("error", () => {});
        socket.pipe(onward).pipe(socket);
        // The end of a process may reset its connection, which `pipe` does not pass on.
        socket.on("close", () => onward.end());
      }
    });
    const slow = {
      "app.py": "import time\ndef handler(event, context):\n    time.sleep(0.05)\n    return event['n']\n",
    };
    const { results, spans } = await run({ endpoint, files: slow });
    await close();
    assert.deepEqual(results, answers);
    assert.deepEqual(
      spans.map(({ attributes }) => attributes["faas.invocation_id"]),
      ["request-0", "request-1", "request-2"],
    );
  });

  for (const [title, preload, count] of [
    ["hooks that cannot be installed", "sys.meta_path = tuple(sys.meta_path)", 3],
    ["a clock of the deadline that is missing", "del LambdaContext.get_remaining_time_in_millis", 3],
    [
      "no threads",
      "import _thread\ndef no(*args): raise RuntimeError('no threads')\n_thread.start_new_thread = no",
      3,
    ],
    ["a file system that is read-only", "import builtins, io\nbuiltins.open = io.open = None", 3],
    [
      "a tracer that is there already",
      "from opentelemetry import trace\ntrace.set_tracer_provider(trace.NoOpTracerProvider())",
      3,
    ],
    [
      "an API that nobody has seen",
      "import types\nsys.modules['opentelemetry.trace'] = types.ModuleType('opentelemetry.trace')",
      3,
    ],
    [
      "an http.client that nobody has seen",
      "import http.client\ndel http.client.HTTPConnection.endheaders",
      3,
    ],
  ] as const) {
    it(title, async () => {
      const { results, spans, output } = await run({ preload });
      assert.deepEqual(results, answers, output);
      assert.equal(spans.length, count, output);
    });
  }

  it("a library whose hook fails, or whose import does: the error is the function's own", async () => {
    const source = `
try:
    import httpx
except ImportError as error:
    first = str(error)
import httpx
def handler(event, context):
    return [first, httpx.name, httpx.__loader__.__class__.__name__, httpx.__spec__.loader is httpx.__loader__]
`;
    const library =
      "import os\nname = os.environ.get('AGAIN')\nos.environ['AGAIN'] = 'yes'\nif not name: raise ImportError('not yet')\n";
    const { results, output } = await run({ files: { "app.py": source, "httpx.py": library } });
    assert.deepEqual(results[0]?.response, ["not yet", "yes", "SourceFileLoader", true], output);
  });

  describe("loading the handler", () => {
    const broken: Readonly<Record<string, string>> = {
      "no module": "missing.handler",
      "no function": "app.missing",
      "no dot": "app",
      "a module of Python's own": "sys.handler",
      "an import that fails": "importing.handler",
      "a syntax error": "syntax.handler",
      "an error while it is loaded": "failing.handler",
    };
    const sources = {
      ...files,
      "importing.py": "import nothing_like_it\n",
      "syntax.py": "def handler(:\n",
      "failing.py": "def load():\n    raise AttributeError('broken')\n\nload()\n",
      "src/shop/orders.py": files["app.py"],
      "called.py":
        "class Handler:\n    def __call__(self, event, context):\n        return event['n']\n\n    def method(self, event, context):\n        return event['n'] + 1\n\nhandler = Handler()\nbound = handler.method\n",
    };

    for (const [title, handler] of Object.entries(broken)) {
      it(`${title}: the runtime's own error`, async () => {
        const [traced, plain] = await Promise.all([
          run({ files: sources, handler }),
          run({ files: sources, handler, env: { CLICKSTACK_TRACING: "off" } }),
        ]);
        const text = (value: unknown): string =>
          JSON.stringify(value ?? null)
            .replaceAll(/code-\d+/g, "code")
            .replaceAll('"errorType"', '"type"')
            .replaceAll('"errorMessage"', '"message"')
            .replaceAll('"stackTrace"', '"trace"')
            .replaceAll(/,"requestId":""/g, "");
        const of = (value: typeof plain): unknown => {
          const { type, message, trace } = JSON.parse(text(value.initError));
          return { type, message, trace: trace ?? [] };
        };
        assert.ok(plain.initError, plain.output);
        assert.deepEqual(of(traced), of(plain));
      });
    }

    it("accepts paths, callables and methods", async () => {
      for (const [handler, offset] of [
        ["src/shop/orders.handler", 0],
        ["src.shop.orders.handler", 0],
        ["called.handler", 0],
        ["called.bound", 1],
      ] as const) {
        const { results, spans, output } = await run({ files: sources, handler });
        assert.deepEqual(
          results.map(({ response }) => response),
          [1, 2, 3].map((n) => n + offset),
          output,
        );
        assert.equal(spans.length, 3);
      }
    });
  });

  it("errors of the handler have only the function's frames, and are exceptions of the span", async () => {
    const source = `
class Declined(Exception): pass
def charge(): raise Declined("no money")
def handler(event, context):
    charge()
`;
    const { results, spans, ended } = await run({ files: { "app.py": source }, invocations: [{}] });
    assert.deepEqual(results[0]?.error, { name: "Declined", message: "no money" });
    assert.deepEqual(
      results[0]?.frames?.map((path) => path.split("/").at(-1)),
      ["app.py", "app.py"],
    );
    const [span] = spans;
    assert.deepEqual([span?.status, span?.message], [2, "no money"]);
    assert.equal(span?.attributes["error.type"], "app.Declined");
    const [event] = span?.events ?? [];
    assert.equal(event?.attributes["exception.type"], "app.Declined");
    assert.match(
      String(event?.attributes["exception.stacktrace"]),
      /^Traceback \(most recent call last\):\n {2}File ".*app.py", line 5, in handler\n[\s\S]*Declined: no money\n$/,
    );
    assert.deepEqual(ended, ["request-0"]);
  });

  it("a span that ended while the open ones were sent is not sent as open, after its end", async () => {
    const source = `
import gc
def handler(event, context):
    layer = next(one for one in gc.get_objects() if type(one).__name__ == "Layer")
    [invocation] = layer.running
    late, open_span = [layer.start_span(name, invocation.span.ids) for name in ("late", "open")]
    spans = list(invocation.open)
    late.end()
    layer.add_unfinished(spans, "too late")
`;
    const { sent, output } = await run({ files: { "app.py": source }, invocations: [{}] });
    const of = (name: string) => sent.filter((span) => span.name === name).map(({ message }) => message);
    assert.deepEqual([of("late"), of("open")], [[""], ["too late"]], output);
  });

  it("a timeout and the end of the process leave the open spans", async () => {
    const source = `
import os, sys, time
from opentelemetry import trace
tracer = trace.get_tracer("own")
def handler(event, context):
    with tracer.start_as_current_span("query"):
        if event["kind"] == "exit":
            sys.exit(3)
        if event["kind"] == "killed":
            time.sleep(0.7)
            os.kill(os.getpid(), 9)
        deadline = time.time() + 10
        # Without a pause, like a handler that hangs.
        while context.get_remaining_time_in_millis() > 10 and time.time() < deadline:
            pass
`;
    for (const [kind, message] of [
      ["timeout", "the function was about to time out before this span ended"],
      ["killed", "the function ended before this span did"],
      ["exit", "the process exited before this span ended"],
    ] as const) {
      const { sent, ended, code } = await run({
        files: { "app.py": source },
        invocations: [{ event: { kind } }],
        // Too short for the early snapshot.
        remainingMs: kind === "timeout" ? 280 : 60_000,
      });
      const open = sent.filter(({ attributes }) => attributes["clickstack.unfinished"] === true);
      assert.deepEqual(
        open.map(({ name, status }) => [name, status]),
        kind !== "exit"
          ? [
              ["orders", 2],
              ["query", 2],
            ]
          : [["orders", 2]],
      );
      const told = ended.filter((id) => id !== undefined);
      assert.deepEqual(told, kind === "timeout" ? ["request-0"] : [], "whether the handler has ended");
      assert.equal(code, { timeout: 0, killed: null, exit: 3 }[kind]);
      if (kind !== "exit")
        assert.deepEqual(
          open.map((span) => span.message),
          [message, message],
        );
      // A span that ends after its snapshot is sent again.
      if (kind === "killed") continue;
      const query = sent.filter(({ name }) => name === "query");
      assert.ok(query.some(({ attributes }) => attributes["clickstack.unfinished"] === undefined));
    }
  });

  it("invocations that overlap keep their spans apart", async () => {
    const source = `
import threading
from opentelemetry import trace
barrier = threading.Barrier(3)
def handler(event, context):
    barrier.wait(10)
    with trace.get_tracer("own").start_as_current_span(f"work {event['n']}"):
        barrier.wait(10)
    return event["n"]
`;
    const env = { AWS_LAMBDA_MAX_CONCURRENCY: "3" };
    const { results, spans } = await run({ files: { "app.py": source }, overlapping: true, env });
    assert.deepEqual(results, answers);
    for (const n of [1, 2, 3]) {
      const work = spans.find(({ name }) => name === `work ${n}`);
      const handler = spans.find(({ spanId }) => spanId === work?.parentSpanId);
      assert.equal(handler?.attributes["faas.invocation_id"], `request-${n - 1}`);
    }
    assert.equal(spans.length, 6);
  });

  for (const [name, value] of [
    ["CLICKSTACK_TRACING", "off"],
    ["CLICKSTACK_TRACING", "False"],
    ["OTEL_SDK_DISABLED", "true"],
  ] as const) {
    it(`${name}=${value} switches everything off`, async () => {
      const source = `
import os, sys
def handler(event, context):
    return [os.environ["_HANDLER"], "_CLICKSTACK_HANDLER" in os.environ, "clickstack_tracing.layer" in sys.modules]
`;
      const { results, spans } = await run({ files: { "app.py": source }, env: { [name]: value } });
      assert.deepEqual([results[0]?.response, spans], [["app.handler", false, false], []]);
    });
  }

  it("samplers and limits are OpenTelemetry's", async () => {
    const source = `
from opentelemetry import trace
def handler(event, context):
    with trace.get_tracer("own").start_as_current_span("work", attributes={"a": "long", "b": 1, "c": 2}) as span:
        for n in range(3):
            span.add_event(str(n))
        return span.is_recording()
`;
    const traceparent = (flags: string): string =>
      `00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-${flags}`;
    const event = (flags: string): object => ({ event: { traceparent: traceparent(flags) } });
    for (const [sampler, expected] of [
      ["parentbased_always_on", [true, true, false]],
      ["always_off", [false, false, false]],
      ["parentbased_always_off", [false, true, false]],
      ["unknown", [true, true, false]],
    ] as const) {
      const { results, spans } = await run({
        files: { "app.py": source },
        invocations: [{}, event("01"), event("00")],
        env: {
          OTEL_TRACES_SAMPLER: sampler,
          OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: "2",
          OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT: "3",
          OTEL_SPAN_EVENT_COUNT_LIMIT: "1",
        },
      });
      assert.deepEqual(
        results.map(({ response }) => response),
        expected,
        sampler,
      );
      const work = spans.filter(({ name }) => name === "work");
      assert.equal(work.length, expected.filter(Boolean).length);
      for (const { attributes, events } of work)
        assert.deepEqual([attributes, events.length], [{ a: "lon", b: 1 }, 1]);
    }
  });

  it("the exec wrapper keeps PYTHONPATH unless it is set, and does not change other runtimes", () => {
    const wrapper = join(processes.directory, "opt", "clickstack-tracing");
    chmodSync(wrapper, 0o755);
    const variables = (env: Record<string, string>): string =>
      execFileSync(wrapper, ["/bin/sh", "-c", 'echo "$_HANDLER|$_CLICKSTACK_HANDLER|$PYTHONPATH"'], {
        env: {
          PATH: process.env.PATH ?? "",
          AWS_EXECUTION_ENV: "AWS_Lambda_python3.9",
          _HANDLER: "a.b",
          ...env,
        },
        encoding: "utf8",
      }).trim();
    const own = join(processes.directory, "opt", "clickstack", "python");
    assert.equal(variables({}), "clickstack_handler.handler|a.b|");
    assert.equal(variables({ PYTHONPATH: "/x" }), `clickstack_handler.handler|a.b|/x:${own}`);
    for (const runtime of ["", "AWS_Lambda_Image", "AWS_Lambda_ruby3.4"])
      assert.equal(variables({ AWS_EXECUTION_ENV: runtime }), "a.b||", runtime);
    const file = join(processes.directory, "python3.13");
    writeFileSync(file, '#!/bin/sh\necho "$*|$_HANDLER|$_CLICKSTACK_HANDLER|$PYTHONPATH"\n', { mode: 0o755 });
    const image = execFileSync(wrapper, [file, "-m", "awslambdaric", "app.handler"], {
      env: { PATH: process.env.PATH ?? "" },
      encoding: "utf8",
    });
    const traced = "clickstack_handler.handler";
    const path = `${join(processes.directory, "opt", "python")}:${own}`;
    assert.equal(image.trim(), `-m awslambdaric ${traced}|${traced}|app.handler|${path}`);
  });
});
