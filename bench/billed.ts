import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import Table from "cli-table3";
import { compileExtension, extensionName, hostArchitecture } from "../layers/compile";
import { writeTracingLayer } from "../layers/node/bundle";
import { serverCertificate } from "../sandbox/clickhouse/certificates";
import { type Billed, billed, type Contender } from "./billedFunction";
import { Sinks } from "./harness/sinks";
import { statistic } from "./harness/statistics";

const root = join(__dirname, "..");

const help = `npm run bench:billed [-- options]
Measures what a function is billed for beyond its own time: a Node.js function of 20 ms in the local Lambda, whose Telemetry API
holds events back for the 25 ms that Lambda's does at least, with a backend that answers at once and a flush after each
invocation. Columns: no extension, the extension, the extension with the tracing layer, and others.

  --runs N              environments of each (default 5)
  --invocations N       of each environment (default 30)
  --against PATH        another extension's binary too; may be given several times
  --against-env N=V     a variable of those, besides ours; \${SINK_HTTP} and \${SINK_GRPC} are the backend's URLs
  --json FILE           write all figures
  --help                this text`;

/**
 * The maximum that may be added in milliseconds: when waiting for Lambda's event, and when the tracing layer reports
 * the end.
 */
const budgets = "27 / 5";

interface Options {
  runs: number;
  invocations: number;
  against: string[];
  variables: Record<string, string>;
  json?: string;
}

function readOptions(): Options | undefined {
  const { values } = parseArgs({
    options: {
      runs: { type: "string", default: "5" },
      invocations: { type: "string", default: "30" },
      against: { type: "string", multiple: true, default: [] },
      "against-env": { type: "string", multiple: true, default: [] },
      json: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  const pairs = values["against-env"].map((variable) => /^([^=]+)=(.*)$/s.exec(variable)?.slice(1) ?? []);
  for (const path of values.against)
    if (!existsSync(path)) throw new Error(`--against: there is no file ${path}`);
  return {
    runs: Number(values.runs),
    invocations: Number(values.invocations),
    against: values.against,
    variables: Object.fromEntries(pairs),
    json: values.json,
  };
}

/** An extension's binary as a layer. */
function extensionLayer(work: string, name: string, binary: Buffer | string): string {
  const layer = join(work, name);
  mkdirSync(join(layer, "extensions"), { recursive: true });
  const file = join(layer, "extensions", extensionName);
  if (typeof binary === "string") cpSync(binary, file);
  else writeFileSync(file, binary, { mode: 0o755 });
  return layer;
}

async function contenders(work: string, { against, variables }: Options): Promise<Contender[]> {
  const architecture = hostArchitecture();
  const binary = await compileExtension({ root, architecture, log: (text) => console.error(`… ${text}`) });
  const own = extensionLayer(work, "extension", binary);
  const tracing = join(work, "tracing");
  await writeTracingLayer(root, tracing);
  const environment = {
    ROTEL_OTLP_EXPORTER_ENDPOINT: "${SINK_HTTP}",
    ROTEL_OTLP_EXPORTER_PROTOCOL: "http",
    CLICKSTACK_FLUSH_MODE: "end",
  };
  const wrapper = { AWS_LAMBDA_EXEC_WRAPPER: "/opt/clickstack-tracing" };
  return [
    { name: "no extension", layers: [], environment: {} },
    { name: "the extension", layers: [own], environment },
    { name: "with the tracing layer", layers: [own, tracing], environment: { ...environment, ...wrapper } },
    ...against.map((path, index) => ({
      name: basename(path),
      layers: [extensionLayer(work, `other-${index}`, resolve(path))],
      environment: { ...environment, ...variables },
    })),
  ];
}

/** Measures each in turn, so that other load on the machine affects all of them. */
async function measureAll(all: readonly Contender[], sinks: Sinks, options: Options): Promise<Billed[][]> {
  const measured: Billed[][] = all.map(() => []);
  for (let run = 0; run < options.runs; run += 1) {
    for (const [index, contender] of all.entries())
      measured[index]?.push(await billed(contender, sinks, options.invocations));
  }
  return measured;
}

function table(all: readonly Contender[], measured: readonly Billed[][]): string {
  const first = (runs: Billed[]) => statistic(runs.map(({ ms: [one] }) => one)).median ?? Number.NaN;
  const later = (runs: Billed[]) => statistic(runs.flatMap(({ ms }) => ms.slice(1)));
  const [bare = []] = measured;
  const bareMs = later(bare).median ?? Number.NaN;
  const printed = new Table({ head: ["ms", ...all.map(({ name }) => name), "budget"], style: { head: [] } });
  const row = (title: string, of: (runs: Billed[]) => number, budget = "") =>
    printed.push([title, ...measured.map((runs) => of(runs).toFixed(1)), budget]);
  row("following invocations, median", (runs) => later(runs).median ?? Number.NaN);
  row("… beyond no extension", (runs) => (later(runs).median ?? Number.NaN) - bareMs, `≤ ${budgets}`);
  row("… its 90th percentile", (runs) => (later(runs).p90 ?? Number.NaN) - bareMs);
  row("first invocation beyond no extension", (runs) => first(runs) - first(bare));
  const counted = (of: (run: Billed) => number) => (runs: Billed[]) =>
    runs.reduce((sum, run) => sum + of(run), 0);
  const total = (title: string, of: (run: Billed) => number) =>
    printed.push([title, ...measured.map((runs) => String(counted(of)(runs))), ""]);
  total("lines written", ({ ms }) => ms.length);
  total("lines arrived", ({ arrived }) => arrived);
  return printed.toString();
}

async function main(): Promise<void> {
  const options = readOptions();
  if (!options) return console.log(help);
  const work = mkdtempSync(join(tmpdir(), "bench-billed-"));
  const sinks = await Sinks.start(await serverCertificate(work), 0);
  try {
    const all = await contenders(work, options);
    const measured = await measureAll(all, sinks, options);
    console.log(table(all, measured));
    if (options.json) writeFileSync(options.json, `${JSON.stringify({ all, measured }, null, 2)}\n`);
  } finally {
    sinks.close();
    rmSync(work, { recursive: true, force: true });
  }
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
