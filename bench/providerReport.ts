import Table from "cli-table3";
import { type Way, ways } from "./providerPrograms";

/** One run of one program. */
export interface Sample {
  way: Way;
  functions: number;
  previewMs: number;
  upMs: number;
  /** CPU time of the program, the engine and its plugins over both; undefined where it could not be read. */
  cpuMs: number | undefined;
  /** CPU time of the engine alone at up; undefined where it could not be read. */
  engineMs: number | undefined;
  /** Bytes that the engine wrote at up; undefined where it could not be read. */
  writtenBytes: number | undefined;
  /** Load of the machine over the last minute. */
  load: number;
  /** Peak of the provider's resident memory; undefined where the program starts none, or it could not be read. */
  peakMib: number | undefined;
}

type Measure = (sample: Sample) => number | undefined;

/** The maximum time of an observed function relative to a plain one, at the largest size. */
const ratioBudget = 1.1;
const startBudgetMs = 1000;
const titles: Record<Way, string> = {
  plain: "plain",
  imported: "observed, imported",
  plugin: "observed, plugin",
  observeStack: "observeStack",
  ObserveStack: "ObserveStack",
};
/** What is measured in seconds; the budget is about the first two. */
const operations: readonly [string, Measure][] = [
  ["preview", ({ previewMs }) => previewMs],
  ["up", ({ upMs }) => upMs],
  ["CPU of both", ({ cpuMs }) => cpuMs],
  ["CPU of the engine at up", ({ engineMs }) => engineMs],
];
const budgeted = 2;

/** The figures as text: times and ratios, growth per function, the provider's start and memory. */
export function summary(samples: readonly Sample[], startMs: readonly number[]): string {
  const sizes = [...new Set(samples.map(({ functions }) => functions))].sort((a, b) => a - b);
  const measured = ways.filter((way) => samples.some((sample) => sample.way === way));
  const of = (way: Way, functions: number, measure: Measure) =>
    median(samples.filter((s) => s.way === way && s.functions === functions).map(measure));
  const start = median(startMs);
  return [
    times(sizes, measured, of),
    growth(sizes, measured, of),
    written(sizes, measured, of),
    `load of the machine: ${median(samples.map(({ load }) => load))?.toFixed(1)} (median)`,
    `provider, spawn → port, s: median ${seconds(start)}, fastest ${seconds(Math.min(...startMs))}, budget ≤ ${startBudgetMs / 1000}: ${verdict(start, startBudgetMs)}`,
    `peak memory of the provider, MiB: ${sizes
      .map((size) => `${of("plugin", size, (s) => s.peakMib)?.toFixed(0) ?? "–"} at ${size}`)
      .join(", ")}`,
  ].join("\n");
}

type Lookup = (way: Way, functions: number, measure: Measure) => number | undefined;

function times(sizes: readonly number[], measured: readonly Way[], of: Lookup): string {
  const others = measured.slice(1);
  const table = newTable([
    "medians, s",
    ...measured.map((way) => titles[way]),
    ...others.map((way) => `ratio ${way}`),
    "budget",
    "",
  ]);
  for (const size of sizes) {
    operations.forEach(([title, measure], i) => {
      const [plain = Number.NaN, ...values] = measured.map((way) => of(way, size, measure) ?? Number.NaN);
      const ratios = values.map((value) => value / plain);
      // With few functions the time is dominated by the start of engine and plugins, which the budget does not cover.
      const judged =
        size === sizes.at(-1) && i < budgeted
          ? [`≤ ${ratioBudget}`, verdict(Math.max(...ratios), ratioBudget)]
          : ["", ""];
      table.push([
        `${title} of ${size}`,
        ...[plain, ...values].map(seconds),
        ...ratios.map((ratio) => ratio.toFixed(2)),
        ...judged,
      ]);
    });
  }
  return table.toString();
}

/** What the engine writes does not depend on the machine: the state's size at each step, summed up. */
function written(sizes: readonly number[], measured: readonly Way[], of: Lookup): string {
  const table = newTable(["MiB written at up", ...measured.map((way) => titles[way]), "ratios"]);
  for (const size of sizes) {
    const values = measured.map((way) => of(way, size, (s) => s.writtenBytes) ?? Number.NaN);
    const [plain = Number.NaN, ...others] = values;
    table.push([
      String(size),
      ...values.map((value) => (value / 2 ** 20).toFixed(1)),
      others.map((value) => (value / plain).toFixed(2)).join(", "),
    ]);
  }
  return table.toString();
}

/** Milliseconds that each further function takes from one size to the next: about the same where growth is linear. */
function growth(sizes: readonly number[], measured: readonly Way[], of: Lookup): string {
  const table = newTable(["ms per further function", ...measured.map((way) => titles[way])]);
  for (let i = 1; i < sizes.length; i++) {
    const [from = 0, to = 0] = sizes.slice(i - 1, i + 1);
    for (const [title, measure] of operations) {
      const slope = (way: Way) =>
        ((of(way, to, measure) ?? Number.NaN) - (of(way, from, measure) ?? Number.NaN)) / (to - from);
      table.push([`${title}, ${from} → ${to}`, ...measured.map((way) => slope(way).toFixed(1))]);
    }
  }
  return table.toString();
}

function newTable(head: string[]): Table.Table {
  return new Table({ head, style: { head: [], border: [] } });
}

function median(values: readonly (number | undefined)[]): number | undefined {
  const sorted = values.filter((value) => value !== undefined).sort((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)];
}

function seconds(ms: number | undefined): string {
  return ms === undefined ? "–" : (ms / 1000).toFixed(2);
}

function verdict(value: number | undefined, budget: number): string {
  if (value === undefined || Number.isNaN(value)) return "not measured";
  return value <= budget ? "within" : "OVER";
}
