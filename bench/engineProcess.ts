import { existsSync, readdirSync, readFileSync } from "node:fs";

/** The engine's resource use for an operation, without its plugins and the program. */
export interface EngineUse {
  /** CPU time in milliseconds. */
  cpuMs: number;
  /** Bytes that it wrote: nearly all of it is the complete state at each step. */
  writtenBytes: number;
}

/** The engine's command line, which the Automation API starts under this process. */
const command = "pulumi";
const sampleMs = 25;

/**
 * Runs an operation, and returns the resources used by the engines that ran under this process during it. They exit on
 * their own, so they are sampled: what happens between the last sample and the exit is missed.
 * @returns undefined where there is no /proc.
 */
export async function engineUse(use: () => Promise<unknown>): Promise<EngineUse | undefined> {
  const seen = new Map<string, EngineUse>();
  const look = setInterval(() => {
    for (const pid of childPids()) {
      const found = usage(pid);
      if (found) seen.set(pid, found);
    }
  }, sampleMs);
  try {
    await use();
  } finally {
    clearInterval(look);
  }
  if (!existsSync("/proc/self/stat")) return undefined;
  const sum = (key: keyof EngineUse) => [...seen.values()].reduce((total, one) => total + one[key], 0);
  return { cpuMs: sum("cpuMs"), writtenBytes: sum("writtenBytes") };
}

function childPids(): string[] {
  try {
    return readdirSync("/proc/self/task").flatMap((task) =>
      readFileSync(`/proc/self/task/${task}/children`, "utf8").split(" ").filter(Boolean),
    );
  } catch {
    return []; // No /proc, or a thread that ended in between.
  }
}

function usage(pid: string): EngineUse | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    if (stat.slice(stat.indexOf("(") + 1, stat.lastIndexOf(")")) !== command) return undefined;
    // utime and stime are fields 14 and 15, in ticks of 10 ms (proc(5)).
    const ticks = stat.split(") ").at(-1)?.split(" ").slice(11, 13) ?? [];
    const written = /^wchar: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, "utf8"))?.[1];
    return { cpuMs: ticks.reduce((sum, tick) => sum + Number(tick), 0) * 10, writtenBytes: Number(written) };
  } catch {
    return undefined; // It ended in between.
  }
}
