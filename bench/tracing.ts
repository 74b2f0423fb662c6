import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import Table from "cli-table3";
import { tracingLayer, writeTracingLayer } from "../layers/node/bundle";
import { zip } from "../layers/zip";
import { median } from "./faultFigures";
import { type Environment, type Figures, measureEnvironment, startSink } from "./tracingProcess";

const root = join(__dirname, "..");
const peers = join(root, ".cache", "tracing-peers");
const openTelemetry = "@opentelemetry/auto-instrumentations-node";
const distro = "@aws/aws-distro-opentelemetry-node-autoinstrumentation";

const help = `npm run bench:tracing [-- options]
Measures what the tracing layer for Node.js adds to a function, and ${openTelemetry} and
${distro}, in one run.
CPU is the time of all threads of the function's process: it says what a run on a busy machine costs, too.

  --runs N     environments of each (default 10)
  --node PATH  executable of Node.js that runs the functions (default: this one)
  --json FILE  write all figures
  --help       this text`;

/** Rows of the table, with the most that the layer may add to the bare handler. */
const rows: readonly { title: string; figure: keyof Figures; budget?: number }[] = [
  { title: "init: spawn → first /next, ms", figure: "initMs", budget: 15 },
  { title: "init: CPU, ms", figure: "initCpuMs" },
  { title: "resident memory then, MB", figure: "memoryMb", budget: 5 },
  { title: "first invocation, ms", figure: "firstMs" },
  { title: "following invocations, ms", figure: "laterMs", budget: 0.3 },
  { title: "following invocations: CPU, ms", figure: "laterCpuMs" },
  { title: "a child span, µs", figure: "childUs", budget: 30 },
  { title: "a child span: CPU, µs", figure: "childCpuUs" },
];

/** Installs the peers once; the registry's newest versions count. */
function installPeers(): void {
  if ([openTelemetry, distro].every((name) => existsSync(join(peers, "node_modules", name)))) return;
  mkdirSync(peers, { recursive: true });
  writeFileSync(join(peers, "package.json"), '{"private":true}');
  const args = [
    "install",
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    openTelemetry,
    distro,
    "@opentelemetry/api",
  ];
  execFileSync("npm", args, { cwd: peers, stdio: "inherit" });
}

async function environments(directory: string, port: number): Promise<Environment[]> {
  await writeTracingLayer(root, directory);
  const register = (name: string): string =>
    `--require ${join(peers, "node_modules", name, "build", "src", "register.js")}`;
  const exporters = {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
    OTEL_METRICS_EXPORTER: "none",
    OTEL_LOGS_EXPORTER: "none",
  };
  return [
    { title: "bare", variables: {} },
    {
      title: "layer",
      wrapper: join(directory, "clickstack-tracing"),
      variables: {
        AWS_EXECUTION_ENV: "AWS_Lambda_nodejs20.x",
        ROTEL_OTLP_HTTP_ENDPOINT: `127.0.0.1:${port}`,
      },
    },
    { title: openTelemetry, variables: { NODE_OPTIONS: register(openTelemetry), ...exporters } },
    {
      title: distro,
      variables: {
        NODE_OPTIONS: register(distro),
        ...exporters,
        // Without it the distro sends to X-Ray's daemon.
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `http://127.0.0.1:${port}/v1/traces`,
        OTEL_AWS_APPLICATION_SIGNALS_ENABLED: "false",
      },
    },
  ];
}

/** Each environment in turn, so that what else the machine does hits all of them. */
async function measureAll(
  all: readonly Environment[],
  runs: number,
  node: string,
): Promise<Map<string, Figures[]>> {
  const measured = new Map<string, Figures[]>(all.map(({ title }) => [title, []]));
  for (let run = 0; run < runs; run += 1) {
    for (const environment of all) {
      const figures = await measureEnvironment(environment, {
        root,
        packages: join(peers, "node_modules"),
        node,
      });
      measured.get(environment.title)?.push(figures);
    }
  }
  return measured;
}

function print(measured: ReadonlyMap<string, Figures[]>): void {
  const titles = [...measured.keys()];
  const table = new Table({ head: ["median", ...titles, "added by the layer", "budget"] });
  for (const { title, figure, budget } of rows) {
    const medians = titles.map((name) => median((measured.get(name) ?? []).map((run) => run[figure])));
    const [bare = Number.NaN, layer = Number.NaN] = medians;
    const added = (layer - bare).toFixed(2);
    table.push([
      title,
      ...medians.map((value) => value.toFixed(2)),
      added,
      budget === undefined ? "" : `≤ ${budget}`,
    ]);
  }
  console.log(table.toString());
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      runs: { type: "string", default: "10" },
      node: { type: "string", default: process.execPath },
      json: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(help);
  installPeers();
  const directory = mkdtempSync(join(tmpdir(), "bench-tracing-"));
  const sink = await startSink();
  try {
    const measured = await measureAll(
      await environments(directory, sink.port),
      Number(values.runs),
      values.node,
    );
    print(measured);
    const size = (await zip(await tracingLayer(root))).length;
    console.log(`zip of the layer: ${(size / 1000).toFixed(1)} kB (budget 100 kB)`);
    if (values.json)
      writeFileSync(values.json, JSON.stringify({ size, ...Object.fromEntries(measured) }, null, 2));
  } finally {
    sink.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
