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
 * @param node executable that runs the functions; the runtime interface client is that of Node.js 22 and later.
 */
export function nodeLanguage(root: string, node: string): BenchedLanguage {
  const peers = join(root, ".cache", "tracing-peers");
  const register = (name: string): string =>
    `--require ${join(peers, "node_modules", name, "build", "src", "register.js")}`;
  return {
    title: "Node.js",
    budgets: { initMs: 15, memoryMb: 5, laterMs: 0.3, childUs: 30 },
    install: () => installPeers(peers),
    layer: () => tracingLayer(root),
    benched: {
      files: { "index.js": handler },
      handler: "index.handler",
      command: [node, join(root, ".cache", "lambda-runtimes", "nodejs4", "index.mjs")],
      variables: { NODE_PATH: join(peers, "node_modules") },
    },
    environments: async (directory, exporters) => {
      await writeTracingLayer(root, directory);
      return [
        { title: "bare", variables: {} },
        {
          title: "layer",
          wrapper: [join(directory, "clickstack-tracing")],
          variables: { AWS_EXECUTION_ENV: "AWS_Lambda_nodejs22.x", ...exporters },
        },
        { title: openTelemetry, variables: { NODE_OPTIONS: register(openTelemetry), ...exporters } },
        { title: distro, variables: { NODE_OPTIONS: register(distro), ...exporters } },
      ];
    },
  };
}
