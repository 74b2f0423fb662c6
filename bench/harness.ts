import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { run } from "../layers/run";

/** An extension as the harness starts it; `${SINK_HTTPS}` and `${CA}` in values are filled in by the harness. */
export interface MeasuredExtension {
  name: string;
  cmd: string;
  env: Record<string, string>;
  files?: string[];
}

/** Median and spread of a figure over the runs. */
interface Statistic {
  median: number | null;
  p90: number | null;
}

/** The harness's figures of one extension; times in milliseconds, sizes as named. */
export interface Measurement {
  name: string;
  runs_ok: number;
  runs: number;
  size: { bytes: number | null; deflated_bytes: number | null };
  init_ms: Statistic;
  vmhwm_kb: Statistic;
  private_dirty_kb: Statistic;
  cpu_ms: Statistic;
  cpu_cold_ms: Statistic;
  post_invoke_cold_ms: Statistic;
  post_invoke_warm_ms: Statistic;
  /** From the first delivery of the cold invocation's events to the answer to its last. */
  batch_ack_cold_ms: Statistic;
  events_delivered: number;
  events_received_at_sink: number;
  errors: string[];
}

/** One run of an extension. */
interface RawRun {
  invocations: { post_invoke_ms: number }[];
}

interface Result {
  extensions: Measurement[];
  raw?: Record<string, RawRun[]>;
}

/** Where the harness lies: EXTBENCH, or a folder beside this checkout. Undefined when it is in neither. */
export function findHarness(root: string): string | undefined {
  const candidates = process.env.EXTBENCH ? [process.env.EXTBENCH] : ["../extbench", "../shared/extbench"];
  return candidates.map((path) => resolve(root, path)).find((path) => existsSync(join(path, "bench.mjs")));
}

/** A copy of the harness of its own, with certificates made for it, that is removed by `dispose`. */
export class Harness {
  private constructor(private readonly folder: string) {}

  static async copy(source: string): Promise<Harness> {
    const folder = mkdtempSync(join(tmpdir(), "clickstack-bench-"));
    cpSync(source, folder, { recursive: true });
    await run("chmod", ["-R", "u+w", folder]);
    await run("sh", [join(folder, "certs", "make.sh")]);
    return new Harness(folder);
  }

  /** The baseline that the harness brings: the same work in Node.js, or undefined when it is not there. */
  nodeBaseline(): MeasuredExtension | undefined {
    const file = join(this.folder, "baselines", "node.mjs");
    if (!existsSync(file)) return undefined;
    return {
      name: "Node.js baseline",
      cmd: file,
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: "${SINK_HTTPS}", OTEL_EXPORTER_OTLP_CERTIFICATE: "${CA}" },
    };
  }

  /** Measures the extensions interleaved, run by run, so that the machine's moods hit all of them alike. */
  async measure(
    extensions: readonly MeasuredExtension[],
    options: readonly string[],
  ): Promise<Measurement[]> {
    return (await this.result(extensions, options)).extensions;
  }

  /** What each extension added to each invocation, in milliseconds, by its name: one list for each run. */
  async environments(
    extensions: readonly MeasuredExtension[],
    options: readonly string[],
  ): Promise<Record<string, number[][]>> {
    const { raw = {} } = await this.result(extensions, [...options, "--raw"]);
    const times = (runs: RawRun[]): number[][] =>
      runs.map(({ invocations }) => invocations.map(({ post_invoke_ms }) => post_invoke_ms));
    return Object.fromEntries(Object.entries(raw).map(([name, runs]) => [name, times(runs)]));
  }

  private async result(
    extensions: readonly MeasuredExtension[],
    options: readonly string[],
  ): Promise<Result> {
    const config = join(this.folder, "bench.config.json");
    const out = join(this.folder, "result.json");
    writeFileSync(config, JSON.stringify({ extensions }));
    await run(process.execPath, [
      join(this.folder, "bench.mjs"),
      "--config",
      config,
      "--out",
      out,
      ...options,
    ]);
    return JSON.parse(readFileSync(out, "utf8")) as Result;
  }

  dispose(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
