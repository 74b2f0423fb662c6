import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readLogs, readSpans } from "../../../sandbox/clickhouse/telemetry";
import { ingestionKey, ObservedSandbox } from "./observedSandbox";

const root = join(__dirname, "..", "..", "..");
const cache = join(root, ".cache");

/** A function that is its own runtime. */
interface NativeFunction {
  language: string;
  service: string;
  /** Folder of its sources, and the inputs of its executable. */
  source: string;
  files: readonly string[];
  /** The environment variable that makes the tests compile it, and the required tools. */
  variable: string;
  effort: string;
  compile: (source: string, executable: string) => void;
}

const functions: readonly NativeFunction[] = [
  {
    language: "Go",
    service: "orders-go",
    source: join(root, "examples", "go", "functions", "orders"),
    files: ["main.go", "go.mod", "go.sum"],
    variable: "COMPILE_GO_FUNCTION",
    effort: "80 s",
    compile: (source, executable) => {
      const env = { ...process.env, CGO_ENABLED: "0", GOOS: "linux" };
      const args = ["build", "-trimpath", "-ldflags=-s -w", "-o", executable, "."];
      execFileSync("go", args, { cwd: source, env });
    },
  },
  {
    language: "Rust",
    service: "orders-rust",
    source: join(__dirname, "rustFunction"),
    files: ["main.rs", "Cargo.toml", "Cargo.lock"],
    variable: "COMPILE_RUST_FUNCTION",
    effort: "96 s",
    compile: (source, executable) => {
      const target = join(cache, "rust-function", "target");
      const args = ["build", "--locked", "--release", "--target-dir", target];
      execFileSync("cargo", args, { cwd: source });
      mkdirSync(join(executable, ".."), { recursive: true });
      copyFileSync(join(target, "release", "bootstrap"), executable);
    },
  },
];

/** The function's executable, cached by its inputs. */
function executableOf({ language, source, files }: NativeFunction): string {
  const digest = createHash("sha256");
  for (const file of files) digest.update(readFileSync(join(source, file)));
  const folder = `${language.toLowerCase()}-function`;
  return join(cache, folder, digest.digest("hex").slice(0, 16), "bootstrap");
}

for (const native of functions) {
  const { language, service, variable, effort } = native;
  describe(`functions in ${language} with OpenTelemetry's SDK`, () => {
    let bench: ObservedSandbox | undefined;
    before(async function () {
      const file = executableOf(native);
      if (!existsSync(file)) {
        if (process.env[variable] === undefined) {
          console.log(`      ${variable}=1 compiles the function first: ${effort} of processor time, once`);
          return this.skip();
        }
        native.compile(native.source, file);
      }
      bench = await ObservedSandbox.open();
    });
    after(() => bench?.close());

    it("have their spans and lines in the caller's trace, before the environment is frozen", async () => {
      assert.ok(bench);
      const code = join(bench.directory, "code");
      mkdirSync(code);
      copyFileSync(executableOf(native), join(code, "bootstrap"));
      const sandbox = await bench.start(service, {
        runtime: "provided.al2023",
        handler: "bootstrap",
        code,
        environment: { ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS: `Authorization=${ingestionKey}` },
      });
      const [traceId, parent] = ["0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"];
      const headers = { traceparent: `00-${traceId}-${parent}-01` };
      const invoked = await sandbox.invoke({ sku: "A-17", amount: 2, headers });
      const { requestId: invocationId, status, payload } = invoked;
      assert.deepEqual([status, payload], ["success", "reserved"]);
      const failed = await sandbox.invoke({ sku: "A-17", amount: 200, headers });
      // The end of an invocation waits a second at most for the backend, which may need longer on a loaded machine. What
      // the function has not sent to the extension by now is lost: its runtime is killed.
      await sandbox.shutdown();
      const spans = await readSpans(bench.clickhouse, { service });
      const handler = spans.find((span) => span.name === service && span.invocationId === invocationId);
      assert.deepEqual([handler?.kind, handler?.traceId, handler?.parentSpanId], ["Server", traceId, parent]);
      const inner = spans.find((span) => span.name === "reserve" && span.parentSpanId === handler?.spanId);
      assert.equal(inner?.attributes["order.sku"], "A-17");
      const [line] = await readLogs(bench.clickhouse, { invocationId });
      assert.deepEqual([line?.body, line?.spanId], ["reserving 2 of A-17", handler?.spanId]);
      const [failure] = await readSpans(bench.clickhouse, { invocationId: failed.requestId });
      assert.deepEqual([failure?.traceId, failure?.status], [traceId, "Error"]);
    });
  });
}
