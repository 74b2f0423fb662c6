import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tracingLayer, writeTracingLayer } from "../layers/node/bundle";
import type { BenchedLanguage } from "./tracingLanguage";

const openTelemetry = "@opentelemetry/auto-instrumentations-node";
const distro = "@aws/aws-distro-opentelemetry-node-autoinstrumentation";

const handler = `const { trace } = require("@opentelemetry/api");
exports.handler = async ({ children }) => {
  const tracer = trace.getTracer("bench");
  const cpu = process.cpuUsage();
  const began = process.hrtime.bigint();
  for (let n = 0; n < children; n += 1) {
    const span = tracer.startSpan("child", { attributes: { "db.system": "redis", "db.operation": "GET" } });
    span.setAttribute("n", n);
    span.end();
  }
  const us = Number(process.hrtime.bigint() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return { us, cpuUs: user + system };
};`;

/**
 * Starts as OpenTelemetry's layer does. Its `register.js` patches the handler before it has a provider, so that nothing
 * is sent at the end of an invocation.
 * @param own the package, whose versions of the others it uses.
 */
const openTelemetryLayer = (own: string): string => `
const own = require("node:module").createRequire(${JSON.stringify(own)});
const { getNodeAutoInstrumentations } = own("@opentelemetry/auto-instrumentations-node");
const { OTLPTraceExporter } = own("@opentelemetry/exporter-trace-otlp-proto");
const { registerInstrumentations } = own("@opentelemetry/instrumentation");
const { BatchSpanProcessor, NodeTracerProvider } = own("@opentelemetry/sdk-trace-node");
const provider = new NodeTracerProvider({ spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())] });
provider.register();
registerInstrumentations({ instrumentations: [getNodeAutoInstrumentations()], tracerProvider: provider });
`;

/** The runtime interface client of that version of Node.js on Lambda. */
function runtimeClient(node: string): string {
  const major = Number(execFileSync(node, ["--version"], { encoding: "utf8" }).slice(1).split(".")[0]);
  return major < 22 ? "nodejs3" : "nodejs4";
}

/** Installs the peers once; the registry's newest versions count. */
function installPeers(peers: string): void {
  if ([openTelemetry, distro].every((name) => existsSync(join(peers, "node_modules", name)))) return;
  mkdirSync(peers, { recursive: true });
  writeFileSync(join(peers, "package.json"), '{"private":true}');
  const flags = ["--ignore-scripts", "--no-audit", "--no-fund"];
  const args = ["install", ...flags, openTelemetry, distro, "@opentelemetry/api"];
  execFileSync("npm", args, { cwd: peers, stdio: "inherit" });
}

/**
 * The layer for Node.js, and its peers.
 * @param node executable that runs the functions.
 */
export function nodeLanguage(root: string, node: string): BenchedLanguage {
  const peers = join(root, ".cache", "tracing-peers");
  const folder = (name: string): string => join(peers, "node_modules", name);
  return {
    title: "Node.js",
    budgets: { initMs: 15, memoryMb: 5, laterMs: 0.3, childUs: 30 },
    install: () => installPeers(peers),
    layer: () => tracingLayer(root),
    benched: {
      files: { "index.js": handler },
      handler: "index.handler",
      command: [node, join(root, ".cache", "lambda-runtimes", runtimeClient(node), "index.mjs")],
      variables: { NODE_PATH: join(peers, "node_modules") },
    },
    environments: async (directory, exporters) => {
      await writeTracingLayer(root, directory);
      const layer = join(directory, "openTelemetryLayer.cjs");
      writeFileSync(layer, openTelemetryLayer(join(folder(openTelemetry), "package.json")));
      return [
        { title: "bare", variables: {} },
        {
          title: "layer",
          wrapper: [join(directory, "clickstack-tracing")],
          variables: { AWS_EXECUTION_ENV: "AWS_Lambda_nodejs22.x", ...exporters },
        },
        { title: openTelemetry, variables: { NODE_OPTIONS: `--require ${layer}`, ...exporters } },
        {
          title: distro,
          variables: { NODE_OPTIONS: `--require ${folder(distro)}/build/src/register.js`, ...exporters },
        },
      ];
    },
  };
}
