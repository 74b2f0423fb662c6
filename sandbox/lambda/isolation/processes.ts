import { constants, openSync } from "node:fs";
import * as net from "node:net";
import { join } from "node:path";
import type { ConditionSignal } from "../core/conditionSignal";
import type { ExitStatus } from "../core/exitStatus";
import type { Supervisor } from "./supervisor";

export interface ProcessOptions {
  /** The first one is the path of the program. */
  arguments: string[];
  environment: Record<string, string>;
  directory: string;
  /** Readers of standard output, standard error, and any further file descriptors from 3 on. */
  outputs: OutputReader[];
}

export interface OutputReader {
  onData: (chunk: Buffer) => void;
  onEnd: () => void;
}

/** A process of the environment. */
export interface EnvironmentProcess {
  pid: number;
  /** Set once it has ended. */
  exit?: ExitStatus;
}

/** Rounds of the event loop without output after which the pipes are considered empty. */
const QUIET_ROUNDS = 2;

/** Starts and signals the processes of one environment. */
export class Processes {
  private readonly running = new Map<number, EnvironmentProcess>();
  private bytesRead = 0;
  private peakKibibytes = 0;

  constructor(
    private readonly supervisor: Supervisor,
    private readonly conditions: ConditionSignal,
  ) {
    supervisor.listen({
      onExit: (pid, exit) => this.ended(pid, exit),
      onEnd: () => {
        for (const pid of [...this.running.keys()]) this.ended(pid, { code: 0, signal: "SIGKILL" });
      },
    });
  }

  /** @throws when the program cannot be started; the message says why. */
  async start(options: ProcessOptions): Promise<EnvironmentProcess> {
    const { names = [] } = await this.supervisor.request("pipes", { count: options.outputs.length });
    const ends = names.map((name) =>
      openSync(join(this.supervisor.directory, name), constants.O_RDONLY | constants.O_NONBLOCK),
    );
    const started: EnvironmentProcess = { pid: 0 };
    const { arguments: command, environment, directory } = options;
    const reply = await this.supervisor.request(
      "start",
      { arguments: command, environment, directory, pipes: names },
      ({ pid }) => {
        if (pid === undefined) return;
        started.pid = pid;
        this.running.set(pid, started);
      },
    );
    // Only now, because a named pipe reads as ended until a writer has opened it.
    for (const [index, end] of ends.entries()) this.read(end, options.outputs[index]);
    if (reply.error !== undefined) throw new Error(`${command[0]}: ${reply.error}`);
    return started;
  }

  /** Stops every process of the environment. Clocks continue. */
  async freeze(): Promise<void> {
    await this.supervisor.request("signal", { signal: "SIGSTOP" });
  }

  async thaw(): Promise<void> {
    await this.supervisor.request("signal", { signal: "SIGCONT" });
  }

  /** Signals a process and its process group. */
  async signal(process: EnvironmentProcess, signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    if (!process.exit) await this.supervisor.request("signal", { pid: process.pid, signal });
  }

  /** Kills everything in the environment, including what the processes left behind. */
  async killAll(): Promise<void> {
    await this.supervisor.request("signal", { signal: "SIGKILL" });
    await this.conditions.until(() => this.running.size === 0, Date.now() + 5_000);
  }

  /** The most memory that the processes have used so far, in MB. */
  async peakMemoryMb(): Promise<number> {
    const { kibibytes = 0 } = await this.supervisor.request("memory", {});
    this.peakKibibytes = Math.max(this.peakKibibytes, kibibytes);
    return Math.ceil(this.peakKibibytes / 1024);
  }

  /** @returns once everything that the processes have written until now has been read. */
  async drain(): Promise<void> {
    let before = -1;
    for (let quiet = 0; quiet < QUIET_ROUNDS; quiet += 1) {
      if (this.bytesRead !== before) quiet = 0;
      before = this.bytesRead;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  private read(end: number, { onData, onEnd }: OutputReader): void {
    const socket = new net.Socket({ fd: end, readable: true, writable: false });
    socket.on("data", (chunk) => {
      this.bytesRead += chunk.length;
      onData(chunk);
    });
    socket.on("error", () => {});
    socket.on("close", onEnd);
  }

  private ended(pid: number, exit: ExitStatus): void {
    const process = this.running.get(pid);
    if (!process) return;
    this.running.delete(pid);
    process.exit = exit;
    this.conditions.notify();
  }
}
