import { readFileSync } from "node:fs";

/** A process of this machine, so that another one with its id is not taken for it. */
export interface ProcessMark {
  pid: number;
  /** When it started, in clock ticks since the machine did (proc_pid_stat(5), field 22). */
  startTicks: number;
}

/** The mark of a process that runs; undefined where none with this id does. */
export function processMark(pid: number): ProcessMark | undefined {
  let stat: string;
  try {
    stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return undefined;
  }
  // The second field, the name in parentheses, may itself have spaces and parentheses.
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  // A zombie has ended; where nobody waits for it, it stays.
  return fields[0] === "Z" ? undefined : { pid, startTicks: Number(fields[19]) };
}

/** Whether the process still runs, and not another one with its id. */
export function isRunning({ pid, startTicks }: ProcessMark): boolean {
  return processMark(pid)?.startTicks === startTicks;
}

/** Milliseconds between two looks. */
const pollMs = 100;

/** Waits until a process has ended by itself. */
export async function processEnded(mark: ProcessMark): Promise<void> {
  while (isRunning(mark)) await new Promise((resolve) => setTimeout(resolve, pollMs));
}
