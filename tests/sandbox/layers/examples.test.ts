import assert from "node:assert/strict";
import { cpSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { writeTracingLayer } from "../../../layers/node/bundle";
import { compilePython, writePythonTracingLayer } from "../../../layers/python/bundle";
import type { FunctionDefinition } from "../../../sandbox";
import { readLogs, readSpans } from "../../../sandbox/clickhouse/telemetry";
import { milliseconds, type SpanNode, traceTree } from "../../../traces/tree";
import { ingestionKey, ObservedSandbox } from "../extension/observedSandbox";
import { root } from "./node/tracedSandbox";

const python = join(root, ".cache", "python");

/** The page of an example: the event for its function, and the tree that it shows, by depth and words. */
function page(example: string): { event: unknown; tree: string[] } {
  const text = readFileSync(join(root, "examples", example, "README.md"), "utf8");
  const [, payload = ""] = /--payload '(.*)'/.exec(text) ?? [];
  const [, block = ""] = /^```\n(.*?)^```$/ms.exec(text) ?? [];
  assert.ok(text.includes(`\`${payload}\``), "the event is said above the tree");
  const tree = block
    .trimEnd()
    .split("\n")
    .map((line) => {
      const [branches = ""] = /^[│├└─ ]*/.exec(line) ?? [];
      const label = line.slice(branches.length);
      return "  ".repeat(branches.length / 3) + (isLine(label) ? label : label.split(/ {2,}/)[0]);
    });
  return { event: JSON.parse(payload), tree };
}

const isLine = (drawnLine: string): boolean => /^ *[A-Z]{4,5} /.test(drawnLine);

function drawn(node: SpanNode, depth = 0): string[] {
  const { span, lines, children } = node;
  const below = [
    ...lines.map(({ time, severity, body }) => ({
      at: milliseconds(time),
      text: [`${"  ".repeat(depth + 1)}${severity.toUpperCase().padEnd(5)} ${body}`],
    })),
    ...children.map((child) => ({ at: milliseconds(child.span.time), text: drawn(child, depth + 1) })),
  ].sort((a, b) => a.at - b.at);
  const mark = span.status === "Error" ? "✖ " : "";
  return ["  ".repeat(depth) + mark + span.name, ...below.flatMap(({ text }) => text)];
}

/** The code of an example's function, with the packages that its page installs. */
function codeOf(directory: string, example: string, name: string): string {
  const code = join(directory, example);
  cpSync(join(root, "examples", example, "functions", name), code, { recursive: true });
  return code;
}

describe("the examples with spans of their own, in the sandbox", () => {
  let observed: ObservedSandbox;
  before(async function () {
    if (!existsSync(join(python, "lib"))) this.skip();
    observed = await ObservedSandbox.open();
  });
  after(() => observed?.close());

  const settings: FunctionDefinition["environment"] = { AWS_LAMBDA_EXEC_WRAPPER: "/opt/clickstack-tracing" };

  const check = async (example: string, name: string, start: () => ReturnType<ObservedSandbox["start"]>) => {
    const { event, tree } = page(example);
    const sandbox = await start();
    const { status } = await sandbox.invoke(event);
    await sandbox.shutdown();
    assert.equal(status, "success");
    const spans = (await readSpans(observed.clickhouse)).filter(({ service }) => service === name);
    const lines = (await readLogs(observed.clickhouse)).filter(
      ({ service, attributes }) => service === name && attributes.type === "function",
    );
    const own = spans.find(({ name: found }) => found === name);
    const { roots } = traceTree(own?.traceId ?? "", spans, lines);
    const handler = roots.find(({ span }) => span.spanId === own?.spanId);
    assert.ok(handler, JSON.stringify(spans));
    // Lines have the millisecond of Lambda's write, so that their position between spans of the same millisecond is undefined.
    const parts = (whole: string[]) => [whole.filter((one) => !isLine(one)), whole.filter(isLine)];
    assert.deepEqual(parts(drawn(handler)), parts(tree));
  };

  it("node-manual creates the tree that its page shows", async () => {
    const layer = join(observed.directory, "node");
    await writeTracingLayer(root, layer);
    const code = codeOf(observed.directory, "node-manual", "checkout");
    const api = join("node_modules", "@opentelemetry", "api");
    cpSync(join(root, api), join(code, api), { recursive: true });
    await check("node-manual", "checkout", () =>
      observed.start("checkout", { code, runtime: "nodejs22.x", layers: [layer], environment: settings }),
    );
  });

  it("python-clickhouse creates the tree that its page shows, without a collector", async () => {
    const layer = join(observed.directory, "python");
    writePythonTracingLayer(root, layer);
    const runtime = join(root, ".cache", "lambda-runtimes", "python", "interpreter");
    compilePython(root, layer, readFileSync(runtime, "utf8"));
    const code = codeOf(observed.directory, "python-clickhouse", "report");
    const [version = ""] = readdirSync(join(python, "lib")).filter((one) => one.startsWith("python3"));
    for (const name of ["opentelemetry", "typing_extensions.py"])
      cpSync(join(python, "lib", version, "site-packages", name), join(code, name), { recursive: true });
    const environment = {
      ...settings,
      ROTEL_EXPORTER: "clickhouse",
      ROTEL_CLICKHOUSE_EXPORTER_ENDPOINT: observed.clickhouse.httpUrl,
      ROTEL_CLICKHOUSE_EXPORTER_USER: "default",
      ROTEL_CLICKHOUSE_EXPORTER_PASSWORD: ingestionKey,
    };
    await check("python-clickhouse", "report", () =>
      observed.startWithSettings("report", {
        code,
        runtime: "python3.13",
        handler: "main.handler",
        layers: [layer],
        environment,
      }),
    );
  });
});
