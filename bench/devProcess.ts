import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { processFigures } from "./harness/processFigures";

/** A start of `dev`. */
export interface DevStart {
  /** Milliseconds from the command to the list of the functions. */
  introducedMs: number;
  /** Milliseconds from the command to the first line of the function. */
  firstLineMs: number;
  /** Processor time until then, of all processes that run then. */
  cpuMs: number;
}

/**
 * Starts `dev`, waits for the first line of its function, and ends it as Ctrl-C does.
 * @param line what the function writes.
 */
export async function measureDev(
  command: readonly string[],
  options: { cwd: string; environment: NodeJS.ProcessEnv; line: string },
): Promise<DevStart> {
  const [program = "", ...args] = command;
  const { cwd, environment, line } = options;
  const started = performance.now();
  const child = spawn(program, args, { cwd, env: environment, stdio: ["ignore", "pipe", "pipe"] });
  const ended = once(child, "close");
  const [introducedMs, firstLineMs] = await Promise.all(
    [/^\d+ functions? of /m, new RegExp(line)].map(async (pattern) => {
      await printed(child, pattern);
      return performance.now() - started;
    }),
  );
  const { cpuMs } = processFigures(child.pid ?? 0);
  child.kill("SIGINT");
  await ended;
  return { introducedMs: introducedMs ?? 0, firstLineMs: firstLineMs ?? 0, cpuMs };
}

function printed({ stdout, stderr }: ChildProcess, pattern: RegExp): Promise<void> {
  return new Promise((found, failed) => {
    let text = "";
    const read = (data: Buffer) => {
      text += data.toString();
      if (pattern.test(text)) found();
    };
    for (const stream of [stdout, stderr]) {
      stream?.on("data", read);
      stream?.on("end", () => failed(new Error(`\`dev\` ended before ${pattern}:\n${text}`)));
    }
  });
}
