import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import Table from "cli-table3";
import { compileExtension, extensionName, hostArchitecture } from "../layers/compile";
import { LambdaApi } from "./harness/lambdaApi";
import { processFigures } from "./harness/processFigures";
import { statistic } from "./harness/statistics";

const root = join(__dirname, "..");

const help = `npm run bench:proxy [-- options]
Measures what the runtime API proxy adds to an invocation: an HTTP event out to the runtime and its response back, through the
proxy and directly, in turn. Both ends are in this process, so the difference is the proxy's. On a busy machine the medians
count the waiting for a processor, too; the best of each does not.

  --invocations N       of each size and way (default 2000)
  --help                this text`;

/** Bytes of event and response, and the maximum that may be added to an invocation, in ms. */
const sizes: readonly { bytes: number; budget?: number }[] = [
  { bytes: 1_000 },
  { bytes: 10_000, budget: 0.3 },
  { bytes: 100_000 },
  { bytes: 6_000_000 },
];

interface Figures {
  median: number;
  min: number;
}

/** How a runtime reaches Lambda, over one connection that it keeps. */
class Runtime {
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(private readonly address: string) {}

  /** One invocation. @returns how long it took, in milliseconds. */
  async invocation(response: string): Promise<number> {
    const began = performance.now();
    await this.send("GET", "next");
    await this.send("POST", "r-1/response", response);
    return performance.now() - began;
  }

  close(): void {
    this.agent.destroy();
  }

  private async send(method: string, what: string, body?: string): Promise<void> {
    const url = `http://${this.address}/2018-06-01/runtime/invocation/${what}`;
    const sent = request(url, { method, agent: this.agent });
    sent.end(body);
    const [answer] = await once(sent, "response");
    await text(answer);
  }
}

function httpEvent(bytes: number): string {
  const context = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";
  const event = {
    version: "2.0",
    routeKey: "POST /orders/{id}",
    rawPath: "/orders/7",
    headers: Object.fromEntries(Array.from({ length: 12 }, (_, n) => [`header-${n}`, "value ".repeat(8)])),
    requestContext: {
      http: { method: "POST", path: "/orders/7", protocol: "HTTP/1.1", sourceIp: "192.0.2.1" },
    },
    body: "",
  };
  Object.assign(event.headers, { traceparent: context });
  return JSON.stringify({ ...event, body: "x".repeat(Math.max(0, bytes - JSON.stringify(event).length)) });
}

async function startExtension(
  file: string,
  lambda: LambdaApi,
): Promise<{ child: ChildProcess; proxy: string }> {
  const child = spawn(file, [], {
    env: {
      AWS_LAMBDA_RUNTIME_API: lambda.address,
      AWS_LAMBDA_FUNCTION_NAME: "bench",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "128",
      ROTEL_TELEMETRY_ENDPOINT: "127.0.0.1:0",
      ROTEL_OTLP_HTTP_ENDPOINT: "127.0.0.1:0",
      ROTEL_OTLP_GRPC_ENDPOINT: "127.0.0.1:0",
      ROTEL_OTLP_EXPORTER_ENDPOINT: "http://127.0.0.1:9",
      CLICKSTACK_RUNTIME_PROXY: "true",
    },
    stdio: ["ignore", "ignore", "inherit"],
  });
  if ((await lambda.askedAfter(0, 10_000)) === undefined) throw new Error("the extension does not start");
  const proxy = readFileSync(`/tmp/.clickstack-runtime-proxy-${lambda.address}`, "utf8").trim();
  return { child, proxy };
}

/** Milliseconds of an invocation, directly and by the proxy. */
async function measure(
  lambda: LambdaApi,
  proxy: string,
  bytes: number,
  count: number,
): Promise<[Figures, Figures]> {
  lambda.runtimeEvent = httpEvent(bytes);
  const response = JSON.stringify({ statusCode: 200, body: "x".repeat(Math.max(0, bytes - 29)) });
  const ways = [new Runtime(lambda.address), new Runtime(proxy)];
  const taken: number[][] = [[], []];
  for (let number = 0; number < count; number += 1) {
    for (const [index, runtime] of ways.entries()) taken[index]?.push(await runtime.invocation(response));
  }
  for (const runtime of ways) runtime.close();
  const figures = (values: number[] = []): Figures => {
    const { median, min } = statistic(values.slice(count / 10));
    return { median: median ?? Number.NaN, min: min ?? Number.NaN };
  };
  return [figures(taken[0]), figures(taken[1])];
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      invocations: { type: "string", default: "2000" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(help);
  const work = mkdtempSync(join(tmpdir(), "bench-proxy-"));
  const architecture = hostArchitecture();
  const binary = await compileExtension({ root, architecture, log: (line) => console.error(`… ${line}`) });
  const file = join(work, extensionName);
  writeFileSync(file, binary, { mode: 0o755 });
  const lambda = await LambdaApi.start();
  const { child, proxy } = await startExtension(file, lambda);
  try {
    const figures = ["directly", "by the proxy", "added", "added at best"].map((name) => `${name}, ms`);
    const head = ["event and response", ...figures, "extension's CPU, µs", "budget"];
    const table = new Table({ head, style: { head: [] } });
    for (const { bytes, budget } of sizes) {
      const count = Math.max(20, Math.min(Number(values.invocations), 200_000_000 / bytes));
      const before = processFigures(child.pid ?? 0).cpuMs;
      const [directly, proxied] = await measure(lambda, proxy, bytes, count);
      const cpu = ((processFigures(child.pid ?? 0).cpuMs - before) / count) * 1_000;
      const added = proxied.median - directly.median;
      const row = [directly.median, proxied.median, added, proxied.min - directly.min];
      const most = budget === undefined ? "" : `≤ ${budget} ms`;
      table.push([`${bytes} bytes`, ...row.map((ms) => ms.toFixed(2)), cpu.toFixed(0), most]);
    }
    console.log(table.toString());
  } finally {
    child.kill("SIGKILL");
    lambda.close();
    rmSync(`/tmp/.clickstack-runtime-proxy-${lambda.address}`, { force: true });
    rmSync(work, { recursive: true, force: true });
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
