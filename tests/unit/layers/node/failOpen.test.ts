import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import * as net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RunOptions, TracedProcesses } from "./tracedProcess";

const root = join(__dirname, "..", "..", "..", "..");
const files = { "index.js": "exports.handler = async (event) => event.n;" };
const invocations = [1, 2, 3].map((n) => ({ event: { n } }));
const answers = [{ response: 1 }, { response: 2 }, { response: 3 }];

/** A port without a listener. */
async function closedPort(): Promise<number> {
  const server = net.createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe("the handler does not fail because of", () => {
  let processes: TracedProcesses;
  before(async () => {
    processes = await TracedProcesses.open();
  });
  after(() => processes.close());

  /** Runs with this obstacle set up before the layer is loaded. */
  const withPreload = (source: string, options: Partial<RunOptions> = {}) => {
    const preload = join(processes.directory, `preload-${Math.random()}.cjs`);
    writeFileSync(preload, source);
    return processes.run({ files, invocations, execArgv: ["--require", preload], ...options });
  };

  it("no extension: the port is closed", async () => {
    const { results, code } = await processes.run({
      files,
      invocations,
      endpoint: `127.0.0.1:${await closedPort()}`,
    });
    assert.deepEqual([results, code], [answers, 0]);
  });

  for (const [title, onConnection] of Object.entries<(socket: net.Socket) => void>({
    "an extension that never answers": (socket) => socket.on("error", () => {}).resume(),
    "an extension that breaks connections off": (socket) => socket.on("error", () => {}).destroy(),
    "an extension that answers nonsense": (socket) =>
      socket.on("error", () => {}).on("data", () => socket.write("no\r\n\r\n")),
  })) {
    it(title, async () => {
      const sockets = new Set<net.Socket>();
      const server = net.createServer((socket) => {
        sockets.add(socket);
        onConnection(socket);
      });
      await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
      const endpoint = `127.0.0.1:${(server.address() as AddressInfo).port}`;
      try {
        const { results, code } = await processes.run({ files, invocations, endpoint });
        assert.deepEqual([results, code], [answers, 0]);
      } finally {
        for (const socket of sockets) socket.destroy();
        await new Promise((resolve) => server.close(resolve));
      }
    });
  }

  it("a broken connection: requests without a response are sent again", async () => {
    let connections = 0;
    const server = net.createServer((socket) => {
      socket.on("error", () => {});
      connections += 1;
      if (connections === 1) socket.once("data", () => socket.destroy());
      else {
        const onward = net.connect(processes.port, "127.0.0.1").on("error", () => {});
        socket.pipe(onward).pipe(socket);
        // The end of a process may reset its connection, which `pipe` does not pass on.
        socket.on("close", () => onward.end());
      }
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const slow = {
      "index.js":
        "exports.handler = async (event) => { await new Promise((r) => setTimeout(r, 50)); return event.n; };",
    };
    const endpoint = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const { results, spans } = await processes.run({ files: slow, invocations, endpoint });
    server.close();
    assert.deepEqual(results, answers);
    assert.deepEqual(
      spans.map(({ attributes }) => attributes["faas.invocation_id"]),
      ["request-0", "request-1", "request-2"],
    );
  });

  it("hooks that throw", async () => {
    const channel = `require("node:diagnostics_channel").subscribe = () => { throw new Error("no channels"); };`;
    const { results, spans } = await withPreload(channel);
    assert.deepEqual(results, answers);
    assert.equal(spans.length, 3);
  });

  it("an unknown version of node:http", async () => {
    const source = `delete require("node:http").ClientRequest.prototype._implicitHeader;`;
    const { results, spans } = await withPreload(source);
    assert.deepEqual([results, spans.length], [answers, 3]);
  });

  it("frozen prototypes", async () => {
    const source = `for (const one of [Object, Array, Function, Promise, Map, Set, Error, RegExp, String])
      { Object.freeze(one); Object.freeze(one.prototype); }
      const http = require("node:http"); Object.freeze(http.ClientRequest.prototype);`;
    const { results, spans } = await withPreload(source);
    assert.deepEqual([results, spans.length], [answers, 3]);
  });

  it("a registry of the API that cannot be changed", async () => {
    const source = `Object.defineProperty(globalThis, Symbol.for("opentelemetry.js.api.1"), { value: Object.freeze({ version: "1.9.0" }) });`;
    const { results, code } = await withPreload(source);
    assert.deepEqual([results, code], [answers, 0]);
  });

  it("events with accessors that throw, contexts without anything", async () => {
    const source = `exports.handler = async (event) => event.n;`;
    const odd = [
      { event: null, context: { awsRequestId: null, invokedFunctionArn: 7, getRemainingTimeInMillis: null } },
    ];
    const { results } = await processes.run({
      files: { "index.js": source.replace("event.n", "1") },
      invocations: odd,
    });
    assert.deepEqual(results, [{ response: 1 }]);
  });

  it("a context of the runtime that is frozen", async () => {
    const source = `exports.handler = (event, context, done) => done(null, event.n);`;
    const preload = `const { assign } = Object; Object.assign = (...args) => Object.freeze(assign(...args));`;
    const { results, spans } = await withPreload(preload, {
      files: { "index.js": source },
      style: "callback",
    });
    assert.deepEqual([results, spans.length], [answers, 3]);
  });

  it("neither the layer nor its connection keep the process alive", async () => {
    const { code, results } = await processes.run({ files, invocations });
    assert.deepEqual([code, results], [0, answers]);
  });

  it("a file system that is read-only: nothing is written", async () => {
    const source = `const fs = require("node:fs");
      for (const name of Object.keys(fs)) if (/^(write|append|mkdir|open|create)/.test(name) && !/^open|Read/.test(name))
        fs[name] = () => { throw Object.assign(new Error("EROFS"), { code: "EROFS" }); };`;
    const { results, spans } = await withPreload(source);
    // The results themselves are printed to a pipe, which is not a file.
    assert.deepEqual([results, spans.length], [answers, 3]);
  });

  for (const [name, value] of [
    ["CLICKSTACK_TRACING", "off"],
    ["CLICKSTACK_TRACING", "False"],
    ["OTEL_SDK_DISABLED", "true"],
  ] as const) {
    it(`${name}=${value} switches everything off`, async () => {
      const source = `exports.handler = async () => [
        typeof globalThis[Symbol.for("opentelemetry.js.api.1")],
        process.env._HANDLER,
        process.env._CLICKSTACK_HANDLER ?? "none",
      ];`;
      const { results, spans } = await processes.run({
        files: { "index.js": source },
        env: { [name]: value },
      });
      assert.deepEqual([results, spans], [[{ response: ["undefined", "index.handler", "none"] }], []]);
    });
  }

  describe("the exec wrapper", () => {
    const handler = (wrapper: string, env: Record<string, string> = {}): string =>
      execFileSync(wrapper, ["/bin/sh", "-c", 'echo "$_HANDLER|$_CLICKSTACK_HANDLER"'], {
        env: {
          PATH: process.env.PATH ?? "",
          AWS_EXECUTION_ENV: "AWS_Lambda_nodejs22.x",
          _HANDLER: "a.b",
          ...env,
        },
        encoding: "utf8",
      }).trim();
    const installed = (): string => join(processes.directory, "opt", "clickstack-tracing");

    it("puts the layer in the place of the handler, once", () => {
      const layer = join(processes.directory, "opt", "clickstack", "node", "handler.handler");
      assert.equal(handler(installed()), `${layer}|a.b`);
      assert.equal(handler(installed(), { _HANDLER: "x.y", _CLICKSTACK_HANDLER: "a.b" }), "x.y|a.b");
    });

    it("in container images finds the language by the command, and the handler in the argument of its client", () => {
      const opt = join(processes.directory, "opt");
      const layer = join(opt, "clickstack", "node", "handler.handler");
      const programs = mkdtempSync(join(tmpdir(), "image-"));
      try {
        for (const name of ["node", "npx", "java"]) {
          const script = '#!/bin/sh\necho "$*|$_HANDLER|$_CLICKSTACK_HANDLER|$_CLICKSTACK_ROOT"\n';
          writeFileSync(join(programs, name), script, { mode: 0o755 });
        }
        const run = (command: string[], env: Record<string, string> = {}): string =>
          execFileSync(installed(), [join(programs, command[0] ?? ""), ...command.slice(1)], {
            env: { PATH: process.env.PATH ?? "", ...env },
            cwd: programs,
            encoding: "utf8",
          }).trim();
        const own = ["npx", "aws-lambda-ric", "app dir/index.handler"];
        const traced = `aws-lambda-ric ${layer}|${layer}|app dir/index.handler|${programs}`;
        assert.equal(run(own), traced);
        const image = { AWS_EXECUTION_ENV: "AWS_Lambda_Image" };
        assert.equal(run(own, { ...image, _HANDLER: "app dir/index.handler" }), traced);
        const base = ["node", "--max-http-header-size=81920", "/var/runtime/index.mjs"];
        const [, ...rest] = base;
        assert.equal(run(base, { ...image, _HANDLER: "a.b" }), `${rest.join(" ")}|${layer}|a.b|`);
        assert.equal(run(base, image), `${rest.join(" ")}|||`, "no handler is known");
        assert.equal(run(["java", "-cp", "x", "a.B"], { ...image, _HANDLER: "a.B" }), "-cp x a.B|a.B||");
      } finally {
        rmSync(programs, { recursive: true, force: true });
      }
    });

    it("does not change the handler if the layer is off or missing", () => {
      for (const value of ["off", "OFF", "false", "0", "no"]) {
        assert.equal(handler(installed(), { CLICKSTACK_TRACING: value }), "a.b|", value);
      }
      assert.equal(handler(join(root, "layers", "clickstack-tracing")), "a.b|", "nothing is built there");
      for (const runtime of ["", "AWS_Lambda_Image", "AWS_Lambda_java21", "AWS_Lambda_ruby3.4"]) {
        assert.equal(handler(installed(), { AWS_EXECUTION_ENV: runtime }), "a.b|", runtime);
      }
    });

    describe("and the runtime API proxy", () => {
      const api = `wrapper-test-${process.pid}:9001`;
      const file = `/tmp/.clickstack-runtime-proxy-${api}`;
      const wrapper = join(root, "layers", "clickstack-tracing");
      const seen = (env: Record<string, string>): string =>
        execFileSync(wrapper, ["/bin/sh", "-c", 'echo "$AWS_LAMBDA_RUNTIME_API"'], {
          env: { PATH: process.env.PATH ?? "", AWS_LAMBDA_RUNTIME_API: api, ...env },
          encoding: "utf8",
        }).trim();
      afterEach(() => rmSync(file, { force: true }));

      it("is used if it is enabled and the extension is available", () => {
        assert.equal(seen({ CLICKSTACK_RUNTIME_PROXY: "true" }), api, "no extension");
        writeFileSync(file, "");
        assert.equal(seen({ CLICKSTACK_RUNTIME_PROXY: "true" }), api, "nothing is in the file");
        writeFileSync(file, "127.0.0.1:4711\n");
        for (const value of ["true", "True", "1"]) {
          assert.equal(seen({ CLICKSTACK_RUNTIME_PROXY: value }), "127.0.0.1:4711", value);
        }
        for (const value of ["", "false", "0"]) {
          assert.equal(seen({ CLICKSTACK_RUNTIME_PROXY: value }), api, value);
        }
      });

      it("stands before another layer's wrapper", () => {
        const other = join(processes.directory, "other-wrapper");
        writeFileSync(
          other,
          '#!/bin/sh\nexec env AWS_LAMBDA_RUNTIME_API="other $AWS_LAMBDA_RUNTIME_API" "$@"\n',
        );
        const env = { CLICKSTACK_RUNTIME_PROXY: "1", CLICKSTACK_EXEC_WRAPPER: other };
        writeFileSync(file, "127.0.0.1:4711\n");
        assert.equal(seen(env), "127.0.0.1:4711", "it can't be run");
        chmodSync(other, 0o755);
        assert.equal(seen(env), "other 127.0.0.1:4711");
        assert.equal(seen({ ...env, CLICKSTACK_EXEC_WRAPPER: wrapper }), "127.0.0.1:4711", "itself");
      });
    });
  });
});
