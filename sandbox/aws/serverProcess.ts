import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import type { Socket } from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** A server of the embedded AWS, a fork of the process that has moto loaded (forks.py). */
export interface MotoServer {
  port: number;
  /** Ends it. May be called twice. */
  stop(): Promise<void>;
}

/** How to fix an incomplete set-up. */
export const remedy = "run `npm run setup` in the checkout";
const shownLines = 20;

/** The process that has moto loaded: it accepts commands one at a time, and answers each with one line. */
class MotoProcess {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly lastLines: string[] = [];
  private readonly waiting: { done(line: string): void; failed(error: Error): void }[] = [];
  /** How it ended, if it has. */
  ended: string | undefined;

  constructor(python: string) {
    // Detached, so that Ctrl-C reaches only this process, which may still have resources to delete there.
    this.child = spawn(python, [join(__dirname, "server.py")], { detached: true });
    createInterface({ input: this.child.stderr }).on("line", (line) => {
      this.lastLines.push(line);
      if (this.lastLines.length > shownLines) this.lastLines.shift();
    });
    createInterface({ input: this.child.stdout }).on("line", (line) => this.waiting.shift()?.done(line));
    this.child.stdin.on("error", () => {}); // The process may have ended; `close` reports it.
    this.child.once("error", (error) => this.end(`could not be started: ${error.message}`));
    this.child.once("close", (code, signal) =>
      this.end(`ended before it answered (${signal ?? `exit code ${code}`})`),
    );
    // It stays for the next server, but must not keep this process from exiting.
    this.child.unref();
    for (const stream of [this.child.stdin, this.child.stdout, this.child.stderr]) (stream as Socket).unref();
  }

  async command(command: string, timeoutMs: number): Promise<string> {
    if (this.ended !== undefined) throw this.failure(this.ended);
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise<string>((done, failed) => {
        this.waiting.push({ done, failed });
        this.child.stdin.write(`${command}\n`);
        timer = setTimeout(() => {
          this.child.kill("SIGKILL");
          failed(this.failure(`did not answer within ${timeoutMs / 1000} s`));
        }, timeoutMs);
      });
    } finally {
      clearTimeout(timer);
    }
  }

  private end(how: string): void {
    this.ended ??= how;
    for (const { failed } of this.waiting.splice(0)) failed(this.failure(how));
  }

  private failure(what: string): Error {
    const missing = this.lastLines.some((line) => line.includes("ModuleNotFoundError")) ? `; ${remedy}` : "";
    return new Error([`the embedded AWS ${what}${missing}`, ...this.lastLines].join("\n  "));
  }
}

const processes = new Map<string, MotoProcess>();

/**
 * Starts a server independent of earlier ones. It ends with `stop()` or with this process, whichever comes first.
 * @throws when the process that has moto loaded can't be started or does not answer, with its last lines.
 */
export async function startMotoServer(python: string, timeoutMs: number): Promise<MotoServer> {
  const known = processes.get(python);
  const moto = known && known.ended === undefined ? known : new MotoProcess(python);
  processes.set(python, moto);
  const answer = await moto.command("start", timeoutMs);
  const [, port, pid] = /^listening (\d+) (\d+)$/.exec(answer) ?? [];
  if (pid === undefined) throw new Error(`the embedded AWS could not be started: ${answer}`);
  let running = true;
  const stop = async () => {
    if (!running || moto.ended !== undefined) return;
    running = false;
    await moto.command(`stop ${pid}`, timeoutMs);
  };
  return { port: Number(port), stop };
}
