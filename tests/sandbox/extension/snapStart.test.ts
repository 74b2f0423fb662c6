import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import * as net from "node:net";
import { join } from "node:path";
import type { FunctionDefinition, InvocationResult } from "../../../sandbox";
import { readLogs, readSpans, type StoredLog, type StoredSpan } from "../../../sandbox/clickhouse/telemetry";
import { ingestionKey, ObservedSandbox } from "./observedSandbox";

const python = `from snapshot_restore_py import register_after_restore, register_before_snapshot

print("initialises")

@register_before_snapshot
def before():
    print("before the snapshot")

@register_after_restore
def after():
    print("after the restore")
    if FAILS:
        raise ValueError("no entropy")

def handler(event, context):
    print(f"line {event['number']}")
`;

const node = `console.log("initialises");
exports.handler = async (event) => console.log("line", event.number);
`;

/** A proxy in front of a port, which records connections. */
class Gate {
  connections = 0;
  private constructor(private readonly server: net.Server) {}

  static async open(port: number): Promise<Gate> {
    const server = net.createServer({ noDelay: true });
    const gate = new Gate(server);
    server.on("connection", (inside) => {
      gate.connections += 1;
      const outside = net.connect({ host: "127.0.0.1", port, noDelay: true });
      for (const [from, to] of [
        [inside, outside],
        [outside, inside],
      ] as const) {
        from.pipe(to);
        from.on("error", () => to.destroy());
        from.on("close", () => to.destroy());
      }
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return gate;
  }

  get port(): number {
    return (this.server.address() as net.AddressInfo).port;
  }

  close(): void {
    this.server.close();
  }
}

describe("SnapStart with the extension", () => {
  let bench: ObservedSandbox;
  let backend: Gate;
  let aws: Gate;
  before(async () => {
    bench = await ObservedSandbox.open({ tls: true });
  });
  beforeEach(async () => {
    backend = await Gate.open(bench.clickhouse.ports[1] ?? 0);
    aws = await Gate.open(bench.aws.port);
  });
  afterEach(() => {
    backend.close();
    aws.close();
  });
  after(() => bench.close());

  /** Its key is in Secrets Manager, and its backend speaks TLS, each behind a gate. */
  function start(name: string, file: string, source: string, changes: Partial<FunctionDefinition>) {
    const code = join(bench.directory, name);
    mkdirSync(code);
    writeFileSync(join(code, file), source);
    copyFileSync(bench.clickhouse.caFile ?? "", join(code, "ca.pem"));
    const environment = {
      AWS_ENDPOINT_URL: `http://127.0.0.1:${aws.port}`,
      ROTEL_OTLP_EXPORTER_ENDPOINT: `https://127.0.0.1:${backend.port}`,
      ROTEL_OTLP_EXPORTER_PROTOCOL: "http",
      ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS: `Authorization=\${${bench.secretArn}}`,
      ROTEL_OTLP_EXPORTER_TLS_CA_FILE: "/var/task/ca.pem",
    };
    const kind = { version: "3", initializationType: "snap-start", code, ...changes } as const;
    return bench.startWithSettings(name, { ...kind, environment }, [aws.port, backend.port]);
  }

  async function stored(service: string): Promise<{ lines: StoredLog[]; spans: StoredSpan[] }> {
    const logs = await readLogs(bench.clickhouse, { service });
    const lines = logs.filter(({ attributes }) => attributes.type === "function");
    return { lines, spans: await readSpans(bench.clickhouse, { service }) };
  }

  /** Each has its line once, under its own span; the first one also has the restore. */
  function assertInvocations(
    invoked: InvocationResult[],
    { lines, spans }: Awaited<ReturnType<typeof stored>>,
  ) {
    const names = spans.map(({ name, kind }) => (kind === "Server" ? "invoke" : name)).sort();
    assert.deepEqual(names, [...invoked.map(() => "invoke"), "restore"]);
    for (const [index, { requestId }] of invoked.entries()) {
      const [span, ...others] = spans.filter(
        ({ kind, invocationId }) => kind === "Server" && invocationId === requestId,
      );
      assert.deepEqual(others, []);
      assert.equal(span?.attributes["faas.coldstart"], String(index === 0));
      const found = lines.filter(({ body }) => body.includes(`line ${index}`));
      assert.deepEqual(
        found.map(({ invocationId, traceId, spanId }) => [invocationId, traceId, spanId]),
        [[requestId, span?.traceId, span?.spanId]],
      );
    }
    const restore = spans.find(({ name }) => name === "restore");
    const first = spans.find(
      ({ invocationId, kind }) => kind === "Server" && invocationId === invoked[0]?.requestId,
    );
    assert.deepEqual([restore?.traceId, restore?.parentSpanId], [first?.traceId, first?.spanId]);
  }

  const once = (lines: StoredLog[], text: string) =>
    assert.equal(lines.filter(({ body }) => body.includes(text)).length, 1, text);

  it("Python: every line once, a restore span, and nothing of the extension in progress at the snapshot", async () => {
    const sandbox = await start("snap-python", "main.py", python.replace("FAILS", "False"), {
      runtime: "python3.12",
      handler: "main.handler",
    });
    assert.deepEqual([aws.connections, backend.connections], [0, 0], "a snapshot would break them");
    const invoked = [];
    for (const number of [0, 1, 2]) invoked.push(await sandbox.invoke({ number }));
    await sandbox.shutdown();
    assert.deepEqual(
      invoked.map(({ status, coldStart }) => [status, coldStart]),
      [
        ["success", true],
        ["success", false],
        ["success", false],
      ],
    );
    const found = await stored("snap-python");
    assert.equal(aws.connections, 1, "the key came once, by the container's credentials");
    assertInvocations(invoked, found);
    for (const text of ["initialises", "before the snapshot", "after the restore"]) once(found.lines, text);
    assert.equal(found.lines.length, 6);
    assert.equal(JSON.stringify([sandbox.events, found]).includes(ingestionKey), false);
  });

  it("Node.js container image without hooks: the same", async () => {
    const kind = { packageType: "Image", runtime: "nodejs22.x" } as const;
    const sandbox = await start("snap-node", "index.js", node, kind);
    const invoked = [await sandbox.invoke({ number: 0 }), await sandbox.invoke({ number: 1 })];
    await sandbox.shutdown();
    const found = await stored("snap-node");
    assertInvocations(invoked, found);
    once(found.lines, "initialises");
    assert.equal(found.lines.length, 3);
  });

  it("reports a restore that fails, with the hook's error", async () => {
    const sandbox = await start("snap-fails", "main.py", python.replace("FAILS", "True"), {
      runtime: "python3.12",
      handler: "main.handler",
    });
    const result = await sandbox.invoke({ number: 0 });
    assert.equal(result.status, "error");
    const logs = await readLogs(bench.clickhouse, { service: "snap-fails" });
    const bodies = logs.map(({ body }) => body);
    assert.ok(bodies.includes("The restore phase failed: Runtime.AfterRestoreError"), bodies.join("\n"));
    once(logs, "ValueError: no entropy");
  });
});
