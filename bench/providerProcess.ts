import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Engine } from "../sandbox/engine";

/** The package's provider as the engine starts it: a launcher in the engine's plugin directory. */
export class ProviderProcesses {
  private readonly launcher: string;
  private readonly pids: string;

  /** Makes the launcher record each process that it becomes. */
  constructor(private readonly engine: Engine) {
    const home = engine.environment.PULUMI_HOME ?? "";
    const { name, version } = JSON.parse(readFileSync(join(__dirname, "../package.json"), "utf8"));
    this.launcher = join(home, "plugins", `resource-${name}-v${version}`, `pulumi-resource-${name}`);
    this.pids = join(home, "provider-pids");
    const script = readFileSync(this.launcher, "utf8");
    writeFileSync(
      this.launcher,
      script.replace("\n", () => `\necho $$ >>'${this.pids}'\n`),
    );
  }

  /** Milliseconds from starting the provider to the line with its port, which the engine waits for. */
  async startMs(): Promise<number> {
    const started = performance.now();
    const environment = { ...process.env, ...this.engine.environment };
    const child = spawn(this.launcher, ["127.0.0.1:1"], {
      env: environment,
      stdio: ["ignore", "pipe", "inherit"],
    });
    try {
      return await new Promise<number>((done, failed) => {
        createInterface({ input: child.stdout }).once("line", () => done(performance.now() - started));
        child.once("error", failed);
        child.once("close", (code) => failed(new Error(`the provider ended with ${code} before its port`)));
      });
    } finally {
      child.kill("SIGKILL");
    }
  }

  /**
   * Runs an operation, and returns the peak memory of the provider that was started during it.
   * @returns the peak of its resident memory in MiB; undefined without a provider, or where there is no /proc.
   */
  async peakMib(use: () => Promise<unknown>): Promise<number | undefined> {
    writeFileSync(this.pids, "");
    let peakKib: number | undefined;
    // The engine kills it at the end, so it has to be sampled. The kernel records the peak, so that no sample misses
    // it.
    const look = setInterval(() => {
      for (const pid of readFileSync(this.pids, "utf8").split("\n").filter(Boolean)) {
        peakKib = Math.max(peakKib ?? 0, highWaterKib(pid) ?? 0) || undefined;
      }
    }, 50);
    try {
      await use();
    } finally {
      clearInterval(look);
    }
    return peakKib === undefined ? undefined : peakKib / 1024;
  }
}

/**
 * CPU time in milliseconds that this process and its ended children have used, the engine and its plugins with them; the
 * embedded AWS, which runs on, is not counted. Undefined where there is no /proc.
 */
export function cpuMs(): number | undefined {
  if (!existsSync("/proc/self/stat")) return undefined;
  // After the command in parentheses: utime, stime, cutime and cstime are fields 14 to 17, in ticks of 10 ms (proc(5)).
  const fields = readFileSync("/proc/self/stat", "utf8").split(") ").at(-1)?.split(" ").slice(11, 15) ?? [];
  return fields.reduce((sum, ticks) => sum + Number(ticks), 0) * 10;
}

function highWaterKib(pid: string): number | undefined {
  const file = `/proc/${pid}/status`;
  if (!existsSync(file)) return undefined;
  try {
    const found = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(file, "utf8"))?.[1];
    return found === undefined ? undefined : Number(found);
  } catch {
    return undefined; // It ended in between.
  }
}
