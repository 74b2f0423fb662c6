import { spawn } from "node:child_process";

/** Where and how to run a command. */
export interface RunOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Ends the command and every process that it started. */
  signal?: AbortSignal;
}

/**
 * Runs a command to its end and returns what it printed on standard output.
 * @throws an error with the command and the last lines of its output, if it fails, is ended or cannot be started.
 */
export function run(
  command: string,
  args: readonly string[],
  { signal, ...options }: RunOptions = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    // A separate process group if it may have to be ended: a compiler's children outlive the compiler otherwise.
    const detached = signal !== undefined;
    const child = spawn(command, args, { ...options, detached, stdio: ["ignore", "pipe", "pipe"] });
    const end = (): void => endGroup(child.pid);
    signal?.addEventListener("abort", end);
    child.on("close", () => signal?.removeEventListener("abort", end));
    if (signal?.aborted) end();
    let [out, all] = ["", ""];
    child.stdout?.on("data", (data) => {
      out += data;
      all += data;
    });
    child.stderr?.on("data", (data) => {
      all += data;
    });
    child.on("error", (error) => reject(new Error(`${command} could not be started: ${error.message}`)));
    child.on("close", (code, signal) => {
      if (code === 0) return resolve(out);
      const tail = all.trimEnd().split("\n").slice(-25).join("\n");
      reject(
        new Error(`\`${[command, ...args].join(" ")}\` ended with ${signal ?? `exit code ${code}`}\n${tail}`),
      );
    });
  });
}

function endGroup(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGTERM");
  } catch {
    // It has ended by itself.
  }
}
