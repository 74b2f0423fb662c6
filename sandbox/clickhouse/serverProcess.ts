import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { Socket } from "node:net";
import * as path from "node:path";
import type { IntakeStats } from "./base/signal";
import type { FromServer, ServerOptions, ToServer } from "./ipc";

const START_TIMEOUT_MS = 60_000;
const STOP_TIMEOUT_MS = 10_000;
const KEPT_OUTPUT = 4000;

/** Commands that can be sent repeatedly, each with an answer. */
type Request = Extract<ToServer, { id: number }>;
type Started = Extract<FromServer, { type: "started" }>;

/** A process and what its server answered when it had started. */
export interface ServingProcess {
  readonly process: ServerProcess;
  readonly started: Started;
}

/** The parent's handle of the process with the engine and the listeners. */
export class ServerProcess {
  private output = "";
  private nextId = 1;
  private starting:
    | { resolve: (started: Started) => void; fail: (reason: string) => void; timer: NodeJS.Timeout }
    | undefined;
  private readonly waiting = new Map<
    number,
    { resolve: (stats: IntakeStats) => void; reject: (e: Error) => void }
  >();
  private readonly exited: Promise<void>;

  private constructor(private readonly child: ChildProcess) {
    child.stderr?.on("data", (data) => {
      this.output = (this.output + data).slice(-KEPT_OUTPUT);
    });
    child.on("message", (message: FromServer) => this.receive(message));
    child.on("error", (error) => this.starting?.fail(error.message));
    // Not "exit": what the process wrote last may still be in the pipe then.
    child.once("close", (code, signal) =>
      this.starting?.fail(
        signal ? `its process was terminated by ${signal}` : `its process ended with exit code ${code}`,
      ),
    );
    // Neither the process nor its pipes keep the parent running: they end with it.
    child.unref();
    child.channel?.unref();
    if (child.stderr instanceof Socket) child.stderr.unref();
    this.exited = once(child, "exit").then(() => this.failWaiting());
  }

  /** Starts the process; if it cannot serve, ends it and rejects. */
  static async start(options: ServerOptions): Promise<ServingProcess> {
    const compiled = __filename.endsWith(".js");
    const child = fork(path.join(__dirname, compiled ? "main.js" : "main.ts"), [], {
      // Without tsx's hooks for ES modules, which take a quarter of the start.
      execArgv: compiled ? [] : ["--require", require.resolve("tsx/cjs")],
      stdio: ["ignore", "ignore", "pipe", "ipc"],
    });
    return new ServerProcess(child).startAgain(options);
  }

  /** Serves again, after `close`, with other options; if it cannot, ends the process and rejects. */
  async startAgain(options: ServerOptions): Promise<ServingProcess> {
    this.output = "";
    try {
      const started = this.untilStarted();
      this.child.send({ type: "start", options } satisfies ToServer);
      return { process: this, started: await started };
    } catch (error) {
      await this.kill();
      throw error;
    }
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get running(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  /** Counts of the OTLP intake. */
  stats(): Promise<IntakeStats> {
    return this.request({ type: "stats", id: this.nextId++ });
  }

  /** Sets the intake's fault. */
  async fault(fault: Extract<ToServer, { type: "fault" }>["fault"]): Promise<void> {
    await this.request({ type: "fault", id: this.nextId++, ...(fault === undefined ? {} : { fault }) });
  }

  /** SIGKILL; resolves when the process has ended. */
  async kill(): Promise<void> {
    this.child.ref();
    if (this.running) this.child.kill("SIGKILL");
    await this.exited;
  }

  /** Lets running statements finish; resolves when the process has ended. */
  async stop(): Promise<void> {
    if (!this.running) return this.exited;
    this.child.ref();
    if (this.child.connected) this.child.send({ type: "stop" } satisfies ToServer);
    await this.orKilled(this.exited);
  }

  /** Ends the server but keeps the process, for `startAgain`; rejects if the process has ended. */
  async close(): Promise<void> {
    await this.orKilled(this.request({ type: "close", id: this.nextId++ }));
  }

  /** Kills the process if it takes too long. */
  private async orKilled(ending: Promise<unknown>): Promise<void> {
    const timer = setTimeout(() => this.child.kill("SIGKILL"), STOP_TIMEOUT_MS);
    await ending.finally(() => clearTimeout(timer));
  }

  private untilStarted(): Promise<Started> {
    return new Promise<Started>((resolve, reject) => {
      const fail = (reason: string): void => reject(new Error(startFailure(reason, this.output)));
      const timer = setTimeout(() => fail(`no answer within ${START_TIMEOUT_MS / 1000} s`), START_TIMEOUT_MS);
      this.starting = { resolve, fail, timer };
    }).finally(() => {
      clearTimeout(this.starting?.timer);
      this.starting = undefined;
    });
  }

  private request(message: Request): Promise<IntakeStats> {
    if (!this.running || !this.child.connected) return Promise.reject(this.goneError());
    this.child.channel?.ref();
    return new Promise((resolve, reject) => {
      this.waiting.set(message.id, { resolve, reject });
      this.child.send(message);
    });
  }

  private receive(message: FromServer): void {
    if (message.type === "started") this.starting?.resolve(message);
    else if (message.type === "failed") this.starting?.fail(message.message);
    else {
      this.waiting.get(message.id)?.resolve(message.stats);
      this.waiting.delete(message.id);
      if (this.waiting.size === 0) this.child.channel?.unref();
    }
  }

  private failWaiting(): void {
    for (const { reject } of this.waiting.values()) reject(this.goneError());
    this.waiting.clear();
  }

  /** The error of a call after the process has ended. */
  goneError(): Error {
    const output = this.output.trim() === "" ? "" : `\nLast output of its process:\n${this.output.trimEnd()}`;
    return new Error(`ClickHouse is not running: its process was stopped or killed.${output}`);
  }
}

function startFailure(reason: string, output: string): string {
  const lines = [
    `ClickHouse (npm package chdb) could not start on ${process.platform}-${process.arch}: ${reason}`,
  ];
  if (output.trim() !== "") lines.push("Last output of its process:", output.trimEnd());
  lines.push("chdb has an engine for Linux (x64, arm64; glibc) and macOS (x64, arm64).");
  return lines.join("\n");
}
