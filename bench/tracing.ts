import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import Table from "cli-table3";
import { squeezed } from "../layers/build/squeezed";
import { zip } from "../layers/zip";
import { median } from "./faultFigures";
import type { BenchedLanguage } from "./tracingLanguage";
import { nodeLanguage } from "./tracingNode";
import { type Figures, measureEnvironment, startSink } from "./tracingProcess";
import { pythonLanguage } from "./tracingPython";

const root = join(__dirname, "..");

const help = `npm run bench:tracing [-- options]
Measures what the tracing layers add to a function, and OpenTelemetry's and AWS's own, in one run for each language.
CPU is the time of all threads of the function's process: it says what a run on a busy machine costs, too.

  --language L node, python or both (default both)
  --runs N     environments of each (default 10)
  --node PATH  executable of Node.js that runs the functions (default: this one)
  --json FILE  write all figures
  --help       this text`;

const rows: readonly { title: string; figure: keyof Figures }[] = [
  { title: "init: spawn → first /next, ms", figure: "initMs" },
  { title: "init: CPU, ms", figure: "initCpuMs" },
  { title: "resident memory then, MB", figure: "memoryMb" },
  { title: "first invocation, ms", figure: "firstMs" },
  { title: "following invocations, ms", figure: "laterMs" },
  { title: "following invocations: CPU, ms", figure: "laterCpuMs" },
  { title: "handler spans of 100 sent in time", figure: "sentSpans" },
  { title: "a child span, µs", figure: "childUs" },
  { title: "a child span: CPU, µs", figure: "childCpuUs" },
];

/** Variables with the spans' destination, for the layers and for their peers. */
const exportersTo = (port: number): Record<string, string> => ({
  ROTEL_OTLP_HTTP_ENDPOINT: `127.0.0.1:${port}`,
  OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
  // Without it AWS's distribution sends to X-Ray's daemon.
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `http://127.0.0.1:${port}/v1/traces`,
  OTEL_AWS_APPLICATION_SIGNALS_ENABLED: "false",
  OTEL_METRICS_EXPORTER: "none",
  OTEL_LOGS_EXPORTER: "none",
});

/** Measures each environment in turn, so that other load on the machine affects all of them. */
async function measureAll(language: BenchedLanguage, runs: number): Promise<Map<string, Figures[]>> {
  const directory = mkdtempSync(join(tmpdir(), "bench-tracing-"));
  const sink = await startSink();
  try {
    const all = await language.environments(directory, exportersTo(sink.port));
    const measured = new Map<string, Figures[]>(all.map(({ title }) => [title, []]));
    for (let run = 0; run < runs; run += 1) {
      for (const environment of all) {
        const figures = await measureEnvironment(environment, language.benched, sink);
        measured.get(environment.title)?.push(figures);
      }
    }
    return measured;
  } finally {
    sink.stop();
    rmSync(directory, { recursive: true, force: true });
  }
}

function print({ title, budgets }: BenchedLanguage, measured: ReadonlyMap<string, Figures[]>): void {
  const titles = [...measured.keys()];
  const table = new Table({ head: [`${title}, median`, ...titles, "added by the layer", "budget"] });
  for (const { title: row, figure } of rows) {
    const medians = titles.map((name) => median((measured.get(name) ?? []).map((run) => run[figure])));
    const [bare = Number.NaN, layer = Number.NaN] = medians;
    const budget = budgets[figure];
    const shown = medians.map((value) => value.toFixed(2));
    table.push([row, ...shown, (layer - bare).toFixed(2), budget === undefined ? "" : `≤ ${budget}`]);
  }
  console.log(table.toString());
}

async function measure(language: BenchedLanguage, runs: number): Promise<object> {
  language.install();
  const measured = await measureAll(language, runs);
  print(language, measured);
  const { length: size } = await squeezed(root, await zip(await language.layer()));
  console.log(`zip of the layer: ${(size / 1000).toFixed(1)} kB (budget 100 kB)`);
  return { size, ...Object.fromEntries(measured) };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      language: { type: "string", default: "both" },
      runs: { type: "string", default: "10" },
      node: { type: "string", default: process.execPath },
      json: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(help);
  const known: Record<string, () => BenchedLanguage> = {
    node: () => nodeLanguage(root, values.node),
    python: () => pythonLanguage(root),
  };
  const chosen = values.language === "both" ? Object.keys(known) : [values.language];
  const figures: Record<string, object> = {};
  for (const name of chosen) {
    const language = known[name];
    if (language === undefined)
      throw new Error(`--language: must be one of: node, python, both (got "${name}")`);
    figures[name] = await measure(language(), Number(values.runs));
  }
  if (values.json) writeFileSync(values.json, JSON.stringify(figures, null, 2));
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
