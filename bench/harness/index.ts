// Measures extensions as Lambda runs them: each run starts the binary against an Extensions API and a Telemetry API on
// loopback, with backends that count what arrives, freezes it between invocations, and reads its figures from /proc.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { serverCertificate } from "../../sandbox/clickhouse/certificates";
import { type Course, type EnvironmentFigures, type MeasuredExtension, runEnvironment } from "./environment";
import { Sinks } from "./sinks";
import { type Statistic, statistic } from "./statistics";

export type { MeasuredExtension } from "./environment";

/** What to measure. */
export interface MeasureOptions extends Course {
  /** Environments of each extension. */
  runs: number;
  /** The backend answers so much later. Default: at once. */
  latencyMs?: number;
}

/** An extension's figures over its runs; milliseconds, and sizes as named. */
export interface Measurement {
  name: string;
  runs: number;
  /** Runs that were completed. */
  runsEnded: number;
  initMs: Statistic;
  peakKb: Statistic;
  privateDirtyKb: Statistic;
  cpuMs: Statistic;
  /** Of the first invocation and of those after it. */
  cpuFirstMs: Statistic;
  addedFirstMs: Statistic;
  addedLaterMs: Statistic;
  takenFirstMs: Statistic;
  linesSent: number;
  linesArrived: number;
  errors: string[];
  /** The binary, deflated as in a zip. */
  deflatedBytes: number;
}

/** The same work in Node.js, without packages. */
export const nodeBaseline: MeasuredExtension = {
  name: "Node.js baseline",
  cmd: join(__dirname, "nodeBaseline.mjs"),
  env: { OTEL_EXPORTER_OTLP_ENDPOINT: "${SINK_HTTPS}", OTEL_EXPORTER_OTLP_CERTIFICATE: "${CA}" },
};

/**
 * Measures extensions interleaved, run by run, so that changes of the machine's speed affect all of them alike; one
 * uncounted run of each comes first.
 */
export async function measure(
  extensions: readonly MeasuredExtension[],
  options: MeasureOptions,
): Promise<Measurement[]> {
  const environments = await measureEnvironments(extensions, options);
  return extensions.map((extension, index) => summary(extension, environments[index] ?? []));
}

/** What each extension added to each invocation, in milliseconds: a list for each run, for each extension. */
export async function measureAdded(
  extensions: readonly MeasuredExtension[],
  options: MeasureOptions,
): Promise<number[][][]> {
  const environments = await measureEnvironments(extensions, options);
  return environments.map((runs) => runs.map(({ invocations }) => invocations.map(({ addedMs }) => addedMs)));
}

async function measureEnvironments(
  extensions: readonly MeasuredExtension[],
  { runs, latencyMs = 0, ...course }: MeasureOptions,
): Promise<EnvironmentFigures[][]> {
  const directory = mkdtempSync(join(tmpdir(), "clickstack-bench-"));
  const sinks = await Sinks.start(await serverCertificate(directory), latencyMs);
  try {
    for (const extension of extensions) await runEnvironment(extension, sinks, course);
    const all: EnvironmentFigures[][] = extensions.map(() => []);
    for (let run = 0; run < runs; run++) {
      for (const [index, extension] of extensions.entries())
        all[index]?.push(await runEnvironment(extension, sinks, course));
    }
    return all;
  } finally {
    sinks.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

function summary({ name, cmd }: MeasuredExtension, runs: readonly EnvironmentFigures[]): Measurement {
  const of = (figure: (run: EnvironmentFigures) => number | null | undefined) => statistic(runs.map(figure));
  const sum = (figure: (run: EnvironmentFigures) => number) =>
    runs.reduce((total, run) => total + figure(run), 0);
  return {
    name,
    runs: runs.length,
    runsEnded: runs.filter(({ end }) => end !== undefined).length,
    initMs: of(({ initMs }) => initMs),
    peakKb: of(({ end }) => end?.peakKb),
    privateDirtyKb: of(({ end }) => end?.privateDirtyKb),
    cpuMs: of(({ end }) => end?.cpuMs),
    cpuFirstMs: of(({ invocations }) => invocations[0]?.cpuMs),
    addedFirstMs: of(({ invocations }) => invocations[0]?.addedMs),
    addedLaterMs: statistic(
      runs.flatMap(({ invocations }) => invocations.slice(1).map(({ addedMs }) => addedMs)),
    ),
    takenFirstMs: of(({ invocations }) => invocations[0]?.takenMs),
    linesSent: sum(({ sent }) => sent),
    linesArrived: sum(({ arrived }) => arrived),
    errors: [...new Set(runs.flatMap(({ errors }) => errors))].slice(0, 5),
    deflatedBytes: deflateRawSync(readFileSync(cmd), { level: 9 }).length,
  };
}
