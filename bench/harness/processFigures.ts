// What a process and those below it use, from Linux's /proc, and how to give them a share of a processor.
import { mkdirSync, readdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs";

/** Sums over a process and those below it. */
export interface ProcessFigures {
  /** The peak resident memory of each (VmHWM). */
  peakKb: number;
  privateDirtyKb: number;
  /** On a processor since their start. */
  cpuMs: number;
}

const periodUs = 20_000;
const leastQuotaUs = 1_000;
/** The kernel counts a process's time in ticks of 10 ms. */
const tickMs = 10;

export function processFigures(root: number): ProcessFigures {
  const figures = { peakKb: 0, privateDirtyKb: 0, cpuMs: 0 };
  for (const pid of tree(root)) {
    figures.peakKb += kilobytes(contents(`/proc/${pid}/status`), "VmHWM");
    figures.privateDirtyKb += kilobytes(contents(`/proc/${pid}/smaps_rollup`), "Private_Dirty");
    figures.cpuMs += cpuMs(pid);
  }
  return figures;
}

/**
 * Gives a process and those below it a share of one processor, by a control group of either version.
 * @returns a function that removes the control group; undefined if it cannot be created (root is needed).
 */
export function throttle(pid: number, share: number): (() => void) | undefined {
  const quota = Math.max(leastQuotaUs, Math.round(periodUs * share));
  const name = `clickstack-bench-${pid}`;
  const versions: { folder: string; files: Record<string, string> }[] = [
    {
      folder: `/sys/fs/cgroup/cpu/${name}`,
      files: { "cpu.cfs_period_us": `${periodUs}`, "cpu.cfs_quota_us": `${quota}` },
    },
    { folder: `/sys/fs/cgroup/${name}`, files: { "cpu.max": `${quota} ${periodUs}` } },
  ];
  for (const { folder, files } of versions) {
    const remove = () => attempt(() => rmdirSync(folder));
    const made = attempt(() => {
      mkdirSync(folder);
      for (const [file, content] of Object.entries(files)) writeFileSync(`${folder}/${file}`, content);
      for (const member of tree(pid)) writeFileSync(`${folder}/cgroup.procs`, `${member}`);
    });
    if (made) return remove;
    remove();
  }
  return undefined;
}

function tree(pid: number): number[] {
  const children = entries(`/proc/${pid}/task`).flatMap((thread) =>
    contents(`/proc/${pid}/task/${thread}/children`).split(" ").filter(Boolean),
  );
  return [pid, ...children.flatMap((child) => tree(Number(child)))];
}

/** The threads' own nanoseconds; threads that have ended are only included in the process's ticks. */
function cpuMs(pid: number): number {
  const threads = entries(`/proc/${pid}/task`).map((thread) =>
    Number(contents(`/proc/${pid}/task/${thread}/schedstat`).split(" ")[0] || 0),
  );
  const fields = contents(`/proc/${pid}/stat`)
    .replace(/^.*\) /s, "")
    .split(" ");
  const ticks = Number(fields[11] || 0) + Number(fields[12] || 0);
  const counted = threads.reduce((sum, nanoseconds) => sum + nanoseconds / 1e6, 0);
  return Math.max(counted, ticks > 1 ? (ticks - 1) * tickMs : 0);
}

function kilobytes(text: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+)`, "m").exec(text)?.[1] ?? 0);
}

function contents(path: string): string {
  try {
    return readFileSync(path, "utf8").trim();
  } catch {
    return ""; // The process has ended.
  }
}

function entries(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

function attempt(action: () => void): boolean {
  try {
    action();
    return true;
  } catch {
    return false;
  }
}
