import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdtempSync,
  openSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import { parseArgs } from "node:util";
import Table from "cli-table3";
import { buildReleasedLayers } from "../layers/build/releasedLayers";
import { compileExtension, extensionName, hostArchitecture } from "../layers/compile";
import { type FaultReport, measureFaults } from "./faults";
import { type MeasuredExtension, type Measurement, measure, nodeBaseline } from "./harness";
import { startSlowSecrets, withSlowSecret } from "./slowSecrets";

/** A row of the budget: a figure of one of the three kinds of run, and the most it may be for our extension. */
interface BudgetRow {
  title: string;
  of: (measured: Measurement, zipBytes: number | undefined) => number | null | undefined;
  /** Omitted if there is none. */
  budget?: number;
}

const mb = (bytes: number | null | undefined): number | null =>
  bytes === null || bytes === undefined ? null : bytes / 1e6;
const mib = (kb: number | null): number | null => (kb === null ? null : kb / 1024);

const plainRows: BudgetRow[] = [
  { title: "spawn → first /next, ms", of: (m) => m.initMs.median, budget: 6 },
  { title: "peak memory (VmHWM), MB", of: (m) => mib(m.peakKb.median), budget: 7 },
  { title: "private dirty, MB", of: (m) => mib(m.privateDirtyKb.median), budget: 2.5 },
  { title: "CPU for 1,020 events, ms", of: (m) => m.cpuMs.median, budget: 9 },
  { title: "after-invocation cold, ms (TLS)", of: (m) => m.addedFirstMs.median, budget: 6 },
  { title: "after-invocation warm, ms (TLS)", of: (m) => m.addedLaterMs.median, budget: 1.5 },
  { title: "zip, MB", of: (m, zip) => mb(zip ?? m.deflatedBytes), budget: 2 },
];
const throttledRows: BudgetRow[] = [
  {
    title: "after-invocation at 128 MB's CPU share, backend 5 ms away: cold, ms",
    of: (m) => m.addedFirstMs.median,
    budget: 60,
  },
  { title: "… warm, ms", of: (m) => m.addedLaterMs.median, budget: 8 },
];
const growth: { events: number; peakMb: number }[] = [
  { events: 1_000, peakMb: 7 },
  { events: 10_000, peakMb: 12 },
  { events: 100_000, peakMb: 16 },
];

const help = `npm run bench [-- options]
Measures the built extension and a baseline in Node.js in one run, on this machine alone, and prints the medians beside the
budget; then what a backend adds to invocations that refuses connections, never answers or is slow.

  --runs N              environments of each extension (default 10)
  --quick               without long invocations and faulty backends
  --faults              faulty backends alone
  --against PATH        measure another extension's binary too, run by run with ours; may be given several times
  --against-env N=V     a variable of those, besides ours; \${SINK_HTTP}, \${SINK_HTTPS}, \${SINK_GRPC}, \${SINK_GRPCS} are
                        the backend's URLs, \${CA} its authority's certificate
  --json FILE           write all figures
  --help                this text`;

interface Options {
  runs: number;
  quick: boolean;
  faults: boolean;
  others: MeasuredExtension[];
  json?: string;
}

function readOptions(): Options | undefined {
  const { values } = parseArgs({
    options: {
      runs: { type: "string", default: "10" },
      quick: { type: "boolean", default: false },
      faults: { type: "boolean", default: false },
      against: { type: "string", multiple: true, default: [] },
      "against-env": { type: "string", multiple: true, default: [] },
      json: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  const runs = Number(values.runs);
  if (!Number.isInteger(runs) || runs < 1)
    throw new Error(`--runs takes a whole number from 1, not "${values.runs}"`);
  const others = otherExtensions(values.against, values["against-env"]);
  return { runs, quick: values.quick, faults: values.faults, others, json: values.json };
}

/** Other binaries with our settings, which extensions that support Rotel's understand, and the given ones. */
function otherExtensions(paths: readonly string[], variables: readonly string[]): MeasuredExtension[] {
  const given = variables.map((variable) => {
    const [, name, value] = /^([^=]+)=(.*)$/s.exec(variable) ?? [];
    if (name === undefined) throw new Error(`--against-env takes NAME=VALUE, not "${variable}"`);
    return [name, value ?? ""] as const;
  });
  return paths.map((path) => {
    const cmd = resolve(path);
    if (!existsSync(cmd)) throw new Error(`--against: there is no file ${cmd}`);
    return {
      name: basename(path) === extensionName ? path : basename(path),
      cmd,
      env: { ...ours("").env, ...Object.fromEntries(given) },
    };
  });
}

async function main(): Promise<void> {
  const options = readOptions();
  if (!options) return console.log(help);
  const work = mkdtempSync(join(tmpdir(), "clickstack-bench-binary-"));
  try {
    const measured = await measureAll(join(__dirname, ".."), work, options);
    console.log(measured.text);
    if (options.json) writeFileSync(options.json, `${JSON.stringify(measured.raw, null, 2)}\n`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function measureAll(
  root: string,
  work: string,
  { runs, quick, faults, others }: Options,
): Promise<{ text: string; raw: unknown }> {
  const architecture = hostArchitecture();
  const { layers } = await buildReleasedLayers({ root, architectures: [architecture], log });
  const binary = join(work, extensionName);
  writeToDisk(binary, await compileExtension({ root, architecture, log }));
  if (faults) return measureFaultsOf(ours(binary), runs);
  const all = [ours(binary), ...others, nodeBaseline];
  const report = new Report(
    all.map(({ name }) => name),
    layers[architecture]?.size,
  );
  log(`${runs} runs each`);
  report.add(plainRows, await measure(all, { runs }));
  log(`${runs} runs each at 128 MB's CPU share`);
  report.add(throttledRows, await measure(all, { runs, cpuShare: 0.072, latencyMs: 5 }));
  for (const { events, peakMb } of quick ? growth.slice(0, 1) : growth) {
    log(`${events} events in one invocation`);
    report.add(growthRows(events, peakMb), await measure(all, { runs: Math.min(5, runs), events }));
  }
  if (!quick) await measureMillion(ours(binary), report);
  await measureSlowSecrets(ours(binary), runs, report);
  const result = report.result();
  if (quick) return result;
  const added = await measureFaultsOf(ours(binary), runs);
  return { text: `${result.text}\n${added.text}`, raw: { budget: result.raw, faults: added.raw } };
}

function measureFaultsOf(extension: MeasuredExtension, runs: number): Promise<FaultReport> {
  log(`${runs} runs each with a backend that refuses, hangs or is slow`);
  return measureFaults(extension, runs);
}

const log = (text: string): void => console.error(`… ${text}`);

/** The table and the figures behind it. */
class Report {
  private readonly table;
  private readonly all: Measurement[][] = [];

  constructor(
    private readonly names: readonly string[],
    private readonly zipBytes: number | undefined,
  ) {
    this.table = new Table({ head: ["medians", ...names, "budget", ""], style: { head: [], border: [] } });
  }

  /** Rows of what was measured in one run; ours comes first. */
  add(rows: readonly BudgetRow[], measured: Measurement[]): void {
    this.all.push(measured);
    for (const { title, of, budget } of rows) {
      const values = this.names.map((_, i) => {
        const one = measured[i];
        return (one && of(one, i === 0 ? this.zipBytes : undefined)) ?? null;
      });
      const limit = budget === undefined ? ["–", ""] : [`≤ ${budget}`, verdict(values[0], budget)];
      this.table.push([title, ...values.map(figure), ...limit]);
    }
  }

  result(): { text: string; raw: unknown } {
    return { text: `${this.table.toString()}\n${arrivals(this.all)}`, raw: this.all };
  }
}

function growthRows(events: number, peakMb: number): BudgetRow[] {
  const peak: BudgetRow = {
    title: `peak memory at ${events} events in one invocation, MB`,
    of: (m) => mib(m.peakKb.median),
    budget: peakMb,
  };
  if (events < 100_000) return [peak];
  return [
    peak,
    { title: "CPU per event, µs", of: (m) => perEvent(m, events), budget: 1.9 },
    {
      title: `after an invocation of ${events} events, ms`,
      of: (m) => m.addedFirstMs.median,
      budget: 60,
    },
  ];
}

/** A million lines in one invocation at the share of one CPU; the Node.js baseline would need gigabytes. */
async function measureMillion(extension: MeasuredExtension, report: Report): Promise<void> {
  const events = 1_000_000;
  log(`${events} events in one invocation at one CPU`);
  const measured = await measure([extension], { runs: 1, events, cpuShare: 1, nextTimeoutMs: 120_000 });
  report.add(
    [
      { title: `peak memory at ${events} events, MB`, of: (m) => mib(m.peakKb.median), budget: 16 },
      { title: "sustained at one CPU, lines per second", of: (m) => perSecond(m, events) },
    ],
    measured,
  );
}

/** Secrets must not lengthen the init phase: the same extension with and without one, interleaved. */
async function measureSlowSecrets(extension: MeasuredExtension, runs: number, report: Report): Promise<void> {
  log(`${runs} runs each with and without a secret that takes a second`);
  const secrets = await startSlowSecrets();
  try {
    const measured = await measure([withSlowSecret(extension, secrets.endpoint), extension], { runs });
    const init: BudgetRow = {
      title: "spawn → first /next with a secret of 1 s (and, 2nd column, without), ms",
      of: (m) => m.initMs.median,
      budget: 6,
    };
    report.add([init], measured);
  } finally {
    secrets.stop();
  }
}

/** Pages of a file that are not on the disk yet would count as the extension's own dirty memory. */
function writeToDisk(path: string, content: Buffer): void {
  const file = openSync(path, "w", 0o755);
  writeSync(file, content);
  fsyncSync(file);
  closeSync(file);
}

function perEvent(measured: Measurement, events: number): number | null {
  const cpu = measured.cpuFirstMs.median;
  return cpu === null ? null : (cpu * 1000) / events;
}

/** Lines per second from the first delivery until all of them are sent; the time includes the harness. */
function perSecond(measured: Measurement, events: number): number | null {
  const [taken, sent] = [measured.takenFirstMs.median, measured.addedFirstMs.median];
  return taken === null || sent === null ? null : (events * 1000) / (taken + sent);
}

function ours(binary: string): MeasuredExtension {
  return {
    name: "clickstack-extension",
    cmd: binary,
    env: {
      ROTEL_OTLP_EXPORTER_ENDPOINT: "${SINK_HTTPS}",
      ROTEL_OTLP_EXPORTER_PROTOCOL: "http",
      ROTEL_OTLP_EXPORTER_TLS_CA_FILE: "${CA}",
    },
  };
}

function figure(value: number | null): string {
  return value === null ? "–" : value.toFixed(value < 10 ? 2 : 1);
}

function verdict(value: number | null | undefined, budget: number): string {
  if (value === null || value === undefined) return "not measured";
  return value <= budget ? "within" : "OVER";
}

/** Whether every event that was delivered to an extension arrived at the sink. */
function arrivals(all: readonly Measurement[][]): string {
  const lost = all.flat().filter((m) => m.linesArrived !== m.linesSent || m.runsEnded !== m.runs);
  if (lost.length === 0) return "every delivered event arrived at the sink, in every run";
  return lost
    .map(
      (m) =>
        `${m.name}: ${m.linesArrived} of ${m.linesSent} events arrived, ${m.runsEnded} of ${m.runs} runs ended well ${m.errors.join("; ")}`,
    )
    .join("\n");
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
