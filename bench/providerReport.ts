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
  /** Peak of the provider's resident memory; undefined where the program starts none, or it could not be read. */
  peakMib: number | undefined;
}

type Measure = (sample: Sample) => number | undefined;

/** Most that an observed function may take compared with a plain one, at the largest size. */
const ratioBudget = 1.3;
const startBudgetMs = 1000;
const titles: Record<Way, string> = {
  plain: "plain",
  imported: "observed, imported",
  plugin: "observed, plugin",
};
const cpuTitle = "CPU of both";
const operations: readonly [string, Measure][] = [
  ["preview", ({ previewMs }) => previewMs],
  ["up", ({ upMs }) => upMs],
  [cpuTitle, ({ cpuMs }) => cpuMs],
];

/** The figures as text: times and ratios, growth per function, the provider's start and memory. */
export function summary(samples: readonly Sample[], startMs: readonly number[]): string {
  const sizes = [...new Set(samples.map(({ functions }) => functions))].sort((a, b) => a - b);
  const of = (way: Way, functions: number, measure: Measure) =>
    median(samples.filter((s) => s.way === way && s.functions === functions).map(measure));
  const start = median(startMs);
  return [
    times(sizes, of),
    growth(sizes, of),
    `provider, spawn → port, s: median ${seconds(start)}, fastest ${seconds(Math.min(...startMs))}, budget ≤ ${startBudgetMs / 1000}: ${verdict(start, startBudgetMs)}`,
    `peak memory of the provider, MiB: ${sizes
      .map((size) => `${of("plugin", size, (s) => s.peakMib)?.toFixed(0) ?? "–"} at ${size}`)
      .join(", ")}`,
  ].join("\n");
}

type Lookup = (way: Way, functions: number, measure: Measure) => number | undefined;

function times(sizes: readonly number[], of: Lookup): string {
  const table = newTable([
    "medians, s",
    ...ways.map((way) => titles[way]),
    "ratio imported",
    "ratio plugin",
    "budget",
    "",
  ]);
  for (const size of sizes) {
    for (const [title, measure] of operations) {
      const [plain = Number.NaN, ...others] = ways.map((way) => of(way, size, measure) ?? Number.NaN);
      const ratios = others.map((value) => value / plain);
      // With few functions the time is the engine's and the plugins' start, which the budget isn't about; nor is CPU time.
      const judged =
        size === sizes.at(-1) && title !== cpuTitle
          ? [`≤ ${ratioBudget}`, verdict(Math.max(...ratios), ratioBudget)]
          : ["", ""];
      table.push([
        `${title} of ${size}`,
        ...[plain, ...others].map(seconds),
        ...ratios.map((ratio) => ratio.toFixed(2)),
        ...judged,
      ]);
    }
  }
  return table.toString();
}

/** Milliseconds that each further function takes from one size to the next: about the same where growth is linear. */
function growth(sizes: readonly number[], of: Lookup): string {
  const table = newTable(["ms per further function", ...ways.map((way) => titles[way])]);
  for (let i = 1; i < sizes.length; i++) {
    const [from = 0, to = 0] = sizes.slice(i - 1, i + 1);
    for (const [title, measure] of operations) {
      const slope = (way: Way) =>
        ((of(way, to, measure) ?? Number.NaN) - (of(way, from, measure) ?? Number.NaN)) / (to - from);
      table.push([`${title}, ${from} → ${to}`, ...ways.map((way) => slope(way).toFixed(1))]);
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
