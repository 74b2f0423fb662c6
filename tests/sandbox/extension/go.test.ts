import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readLogs, readSpans } from "../../../sandbox/clickhouse/telemetry";
import { ingestionKey, ObservedSandbox } from "./observedSandbox";

const root = join(__dirname, "..", "..", "..");
const source = join(root, "examples", "go", "functions", "orders");

/** The function's executable, kept by what it is made of. */
function executable(): string {
  const digest = createHash("sha256");
  for (const file of ["main.go", "go.mod", "go.sum"]) digest.update(readFileSync(join(source, file)));
  return join(root, ".cache", "go-function", digest.digest("hex").slice(0, 16), "bootstrap");
}

/** The function of examples/go, as Lambda starts it. */
describe("functions in Go with OpenTelemetry's SDK", () => {
  let bench: ObservedSandbox | undefined;
  before(async function () {
    const file = executable();
    if (!existsSync(file)) {
      // OpenTelemetry's exporter brings gRPC along.
      if (process.env.COMPILE_GO_FUNCTION === undefined) {
        console.log("      COMPILE_GO_FUNCTION=1 compiles the function first: 80 s of processor time, once");
        return this.skip();
      }
      const env = { ...process.env, CGO_ENABLED: "0", GOOS: "linux" };
      execFileSync("go", ["build", "-trimpath", "-ldflags=-s -w", "-o", file, "."], { cwd: source, env });
    }
    bench = await ObservedSandbox.open();
  });
  after(() => bench?.close());

  it("have their spans and lines in the caller's trace, before the environment is frozen", async () => {
    assert.ok(bench);
    const code = join(bench.directory, "code");
    mkdirSync(code);
    cpSync(executable(), join(code, "bootstrap"));
    const sandbox = await bench.start("orders-go", {
      runtime: "provided.al2023",
      handler: "bootstrap",
      code,
      environment: { ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS: `Authorization=${ingestionKey}` },
    });
    const [traceId, parent] = ["0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"];
    const headers = { traceparent: `00-${traceId}-${parent}-01` };
    const { requestId: invocationId } = await sandbox.invoke({ sku: "A-17", amount: 2, headers });
    const spans = await readSpans(bench.clickhouse, { service: "orders-go" });
    const handler = spans.find(({ name }) => name === "orders-go");
    assert.deepEqual([handler?.kind, handler?.traceId, handler?.parentSpanId], ["Server", traceId, parent]);
    const inner = spans.find(({ name }) => name === "reserve");
    assert.deepEqual([inner?.parentSpanId, inner?.attributes["order.sku"]], [handler?.spanId, "A-17"]);
    const failed = await sandbox.invoke({ sku: "A-17", amount: 200, headers });
    await sandbox.shutdown();
    const [line] = await readLogs(bench.clickhouse, { invocationId });
    assert.deepEqual([line?.body, line?.spanId], ["reserving 2 of A-17", handler?.spanId]);
    const [failure] = await readSpans(bench.clickhouse, { invocationId: failed.requestId });
    assert.deepEqual([failure?.traceId, failure?.status], [traceId, "Error"]);
  });
});
