import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readLogs, readSpans } from "../../../sandbox/clickhouse/telemetry";
import { ingestionKey, ObservedSandbox } from "./observedSandbox";

const cache = join(__dirname, "..", "..", "..", ".cache");
const client = join(cache, "lambda-runtimes", "java", "lib");
const agentFolder = join(cache, "java-agent");

/** The function of the example. */
const example = join(__dirname, "../../../examples/java/function/src/main/java/shop/Orders.java");
/** A function that does more. */
const source = `package shop;
import com.amazonaws.services.lambda.runtime.*;
import java.util.*;
public class Handler implements RequestHandler<Map<String, Object>, Map<String, Object>> {
  public Map<String, Object> handleRequest(Map<String, Object> event, Context context) {
    System.out.println("order received");
    Map<String, Object> response = new LinkedHashMap<>();
    response.put("statusCode", event.get("status"));
    if ("crash".equals(event.get("body"))) throw new IllegalStateException("no stock");
    if ("exit".equals(event.get("body"))) Runtime.getRuntime().halt(3);
    response.put("body", "x".repeat(event.containsKey("large") ? 5000000 : 10));
    return response;
  }
}
`;
const traceId = "0af7651916cd43dd8448eb211c80319c";
const parent = "b7ad6b7169203331";
const request = (more: object = {}): object => ({
  version: "2.0",
  routeKey: "POST /orders",
  rawPath: "/orders",
  headers: { traceparent: `00-${traceId}-${parent}-01` },
  requestContext: { http: { method: "POST", path: "/orders" } },
  status: 201,
  ...more,
});

/** Runs with AWS's runtime interface client for Java, on this machine's java. */
describe("functions in Java", () => {
  let bench: ObservedSandbox;
  let code: string;
  before(async function () {
    if (!existsSync(client) || !existsSync(agentFolder)) return this.skip();
    bench = await ObservedSandbox.open();
    code = join(bench.directory, "code");
    mkdirSync(code);
    const handler = join(bench.directory, "Handler.java");
    writeFileSync(handler, source);
    const options = ["--release", "17", "-nowarn", "-cp", join(client, "*"), "-d", code];
    execFileSync("javac", [...options, handler, example], { stdio: ["ignore", "ignore", "pipe"] });
  });
  after(() => bench?.close());

  const environment = {
    ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS: `Authorization=${ingestionKey}`,
    AWS_LAMBDA_EXEC_WRAPPER: "/opt/clickstack-tracing",
    CLICKSTACK_RUNTIME_PROXY: "true",
  };
  const java = {
    runtime: "java17",
    handler: "shop.Handler::handleRequest",
    memorySizeMb: 512,
    timeoutSeconds: 60,
  };

  /** The function's own line. On a loaded machine, a platform line precedes it: the init phase took its 10 seconds. */
  const orderLine = async (invocationId: string) =>
    (await readLogs(bench.clickhouse, { invocationId })).find(({ body }) =>
      body.startsWith("order received"),
    );

  it("have trigger, parent and status by the runtime API proxy", async () => {
    const sandbox = await bench.start("java-proxied", { ...java, code, environment });
    const ids = [];
    for (const more of [
      {},
      { status: 503, large: true },
      { body: "crash" },
      { body: "exit" },
      { status: 202 },
    ]) {
      ids.push((await sandbox.invoke(request(more))).requestId);
    }
    await sandbox.shutdown();
    const found = [];
    for (const invocationId of ids) {
      const [span] = await readSpans(bench.clickhouse, { invocationId });
      const { attributes = {} } = span ?? {};
      found.push([
        span?.name,
        span?.traceId,
        span?.parentSpanId,
        attributes["http.response.status_code"],
        attributes["error.type"],
      ]);
      const log = await orderLine(invocationId);
      assert.deepEqual([log?.body, log?.spanId], ["order received", span?.spanId]);
    }
    const common = ["POST /orders", traceId, parent];
    assert.deepEqual(found, [
      [...common, "201", undefined],
      [...common, "503", "503"],
      [...common, undefined, "java.lang.IllegalStateException"],
      [...common, undefined, "Runtime.ExitError"],
      [...common, "202", undefined],
    ]);
  });

  it("with OpenTelemetry's agent have its span, before the environment is frozen", async () => {
    const layer = join(bench.directory, "agent");
    mkdirSync(layer);
    const [jar = ""] = readdirSync(agentFolder).filter((name) => name.endsWith(".jar"));
    cpSync(join(agentFolder, jar), join(layer, "agent.jar"));
    // As in the script of OpenTelemetry's layer for Java.
    const script = '#!/bin/sh\nexport JAVA_TOOL_OPTIONS=-javaagent:/opt/agent.jar\nexec "$@"\n';
    writeFileSync(join(layer, "otel-handler"), script, { mode: 0o755 });
    const sandbox = await bench.start("java-agent", {
      ...java,
      handler: "shop.Orders::handleRequest",
      code,
      layers: [layer],
      environment: {
        ...environment,
        CLICKSTACK_EXEC_WRAPPER: "/opt/otel-handler",
        OTEL_PROPAGATORS: "tracecontext",
      },
    });
    // The agent takes seconds to start, on a loaded machine longer than the init phase: lines are then sent in the meantime.
    await sandbox.invoke(request({ body: "A-16" }));
    const { requestId: invocationId } = await sandbox.invoke(request({ body: "A-17" }));
    // Only what was sent before the freeze.
    const spans = await readSpans(bench.clickhouse, { invocationId });
    assert.deepEqual(
      spans.map(({ name, kind }) => [name, kind]),
      [["java-agent", "Server"]],
    );
    await sandbox.shutdown();
    const log = await orderLine(invocationId);
    assert.deepEqual([log?.body, log?.spanId], ["order received: A-17", spans[0]?.spanId]);
  });
});
