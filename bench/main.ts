import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import Table from "cli-table3";
import { buildLayers } from "../layers/buildLayers";
import { compileExtension, extensionName, hostArchitecture } from "../layers/compile";
import { type FaultReport, measureFaults } from "./faults";
import { findHarness, Harness, type MeasuredExtension, type Measurement } from "./harness";
import { startSlowSecrets, withSlowSecret } from "./slowSecrets";

/** A row of the budget: a figure of one of the three kinds of run, and the most it may be for our extension. */
interface BudgetRow {
  title: string;
  of: (measured: Measurement, zipBytes: number | undefined) => number | null | undefined;
  /** Left out where there is none. */
  budget?: number;
}

const mb = (bytes: number | null | undefined): number | null =>
  bytes === null || bytes === undefined ? null : bytes / 1e6;
const mib = (kb: number | null): number | null => (kb === null ? null : kb / 1024);

const plainRows: BudgetRow[] = [
  { title: "spawn → first /next, ms", of: (m) => m.init_ms.median, budget: 6 },
  { title: "peak memory (VmHWM), MB", of: (m) => mib(m.vmhwm_kb.median), budget: 7 },
  { title: "private dirty, MB", of: (m) => mib(m.private_dirty_kb.median), budget: 2.5 },
  { title: "CPU for 1,020 events, ms", of: (m) => m.cpu_ms.median, budget: 9 },
  { title: "after-invocation cold, ms (TLS)", of: (m) => m.post_invoke_cold_ms.median, budget: 6 },
  { title: "after-invocation warm, ms (TLS)", of: (m) => m.post_invoke_warm_ms.median, budget: 1.5 },
  { title: "zip, MB", of: (m, zip) => mb(zip ?? m.size.deflated_bytes), budget: 2 },
];
const throttledRows: BudgetRow[] = [
  {
    title: "the same at 128 MB's CPU share, sink 5 ms away: cold, ms",
    of: (m) => m.post_invoke_cold_ms.median,
    budget: 60,
  },
  { title: "… warm, ms", of: (m) => m.post_invoke_warm_ms.median, budget: 8 },
];
const growth: { events: number; peakMb: number }[] = [
  { events: 1_000, peakMb: 7 },
  { events: 10_000, peakMb: 12 },
  { events: 100_000, peakMb: 16 },
];

const help = `npm run bench [-- --runs N] [--quick | --faults] [--json FILE]
Measures the built extension and a Node.js baseline in one run with the extbench harness (EXTBENCH=folder) and prints
the medians beside the budget, then what a backend adds to invocations that refuses, hangs or is slow (--faults: only that).`;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      runs: { type: "string", default: "10" },
      quick: { type: "boolean", default: false },
      faults: { type: "boolean", default: false },
      json: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return console.log(help);
  const root = join(__dirname, "..");
  const source = findHarness(root);
  if (!source) {
    console.log(
      "bench: skipped, the extbench harness is not here. Put it beside the checkout or set EXTBENCH to its folder.",
    );
    return;
  }
  const harness = await Harness.copy(source);
  const work = mkdtempSync(join(tmpdir(), "clickstack-bench-binary-"));
  try {
    const measured = await measureAll(harness, root, work, Number(values.runs), values);
    console.log(measured.text);
    if (values.json) writeFileSync(values.json, `${JSON.stringify(measured.raw, null, 2)}\n`);
  } finally {
    harness.dispose();
    rmSync(work, { recursive: true, force: true });
  }
}

async function measureAll(
  harness: Harness,
  root: string,
  work: string,
  runs: number,
  { quick, faults }: { quick: boolean; faults: boolean },
): Promise<{ text: string; raw: unknown }> {
  const architecture = hostArchitecture();
  const { layers } = await buildLayers({ root, architectures: [architecture], log });
  const binary = join(work, extensionName);
  writeToDisk(binary, await compileExtension({ root, architecture, log }));
  if (faults) return measureFaultsOf(harness, ours(binary), runs);
  const baseline = harness.nodeBaseline();
  const both = [ours(binary), ...(baseline ? [baseline] : [])];
  const report = new Report(
    both.map(({ name }) => name),
    layers[architecture]?.size,
  );
  log(`${runs} runs each`);
  report.add(plainRows, await harness.measure(both, ["--runs", String(runs)]));
  log(`${runs} runs each at 128 MB's CPU share`);
  const throttled = ["--runs", String(runs), "--cpu", "0.072", "--latency", "5"];
  report.add(throttledRows, await harness.measure(both, throttled));
  for (const { events, peakMb } of quick ? growth.slice(0, 1) : growth) {
    log(`${events} events in one invocation`);
    const options = ["--runs", "5", "--events", String(events)];
    report.add(growthRows(events, peakMb), await harness.measure(both, options));
  }
  if (!quick) await measureMillion(harness, ours(binary), report);
  await measureSlowSecrets(harness, ours(binary), runs, report);
  const result = report.result();
  if (quick) return result;
  const added = await measureFaultsOf(harness, ours(binary), runs);
  return { text: `${result.text}\n${added.text}`, raw: { budget: result.raw, faults: added.raw } };
}

function measureFaultsOf(harness: Harness, extension: MeasuredExtension, runs: number): Promise<FaultReport> {
  log(`${runs} runs each with a backend that refuses, hangs or is slow`);
  return measureFaults(harness, extension, runs);
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
    of: (m) => mib(m.vmhwm_kb.median),
    budget: peakMb,
  };
  if (events < 100_000) return [peak];
  return [
    peak,
    { title: "CPU per event, µs", of: (m) => perEvent(m, events), budget: 1.9 },
    {
      title: `after an invocation of ${events} events, ms`,
      of: (m) => m.post_invoke_cold_ms.median,
      budget: 60,
    },
  ];
}

/** A million lines in one invocation at the share of one CPU; the Node.js baseline would need gigabytes. */
async function measureMillion(harness: Harness, extension: MeasuredExtension, report: Report): Promise<void> {
  const events = 1_000_000;
  log(`${events} events in one invocation at one CPU`);
  const options = ["--runs", "1", "--events", String(events), "--cpu", "1", "--next-timeout", "120000"];
  const measured = await harness.measure([extension], options);
  report.add(
    [
      { title: `peak memory at ${events} events, MB`, of: (m) => mib(m.vmhwm_kb.median), budget: 16 },
      { title: "sustained at one CPU, lines per second", of: (m) => perSecond(m, events) },
    ],
    measured,
  );
}

/** Secrets must not lengthen the init phase: the same extension with and without one, interleaved. */
async function measureSlowSecrets(
  harness: Harness,
  extension: MeasuredExtension,
  runs: number,
  report: Report,
): Promise<void> {
  log(`${runs} runs each with and without a secret that takes a second`);
  const secrets = await startSlowSecrets();
  try {
    const measured = await harness.measure(
      [withSlowSecret(extension, secrets.endpoint), extension],
      ["--runs", String(runs)],
    );
    const init: BudgetRow = {
      title: "spawn → first /next with a secret of 1 s (and, 2nd column, without), ms",
      of: (m) => m.init_ms.median,
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
  const cpu = measured.cpu_cold_ms.median;
  return cpu === null ? null : (cpu * 1000) / events;
}

/** Lines per second from the first delivery until all of them are sent; the harness has its part in the time. */
function perSecond(measured: Measurement, events: number): number | null {
  const [taken, sent] = [measured.batch_ack_cold_ms.median, measured.post_invoke_cold_ms.median];
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
  const lost = all
    .flat()
    .filter((m) => m.events_received_at_sink !== m.events_delivered || m.runs_ok !== m.runs);
  if (lost.length === 0) return "every delivered event arrived at the sink, in every run";
  return lost
    .map(
      (m) =>
        `${m.name}: ${m.events_received_at_sink} of ${m.events_delivered} events arrived, ${m.runs_ok} of ${m.runs} runs ended well ${m.errors.join("; ")}`,
    )
    .join("\n");
}

main().catch((error: Error) => {
  console.error(error.message);
  process.exitCode = 1;
});
