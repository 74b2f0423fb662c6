import { type ChildProcess, spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { performance } from "node:perf_hooks";
import { filled } from "./filled";
import { LambdaApi } from "./lambdaApi";
import { type ProcessFigures, processFigures, throttle } from "./processFigures";
import type { Sinks } from "./sinks";
import {
  doneEvent,
  initEndEvents,
  line,
  reportEvent,
  startEvent,
  type TelemetryEvent,
} from "./telemetryEvents";

/** An extension as Lambda starts it; `${SINK_HTTPS}`, `${CA}` … in values are filled in (sinks.ts). */
export interface MeasuredExtension {
  name: string;
  cmd: string;
  env: Record<string, string>;
}

/** The course of an execution environment. */
export interface Course {
  /** Lines of the first invocation. Default: 1,000. */
  events?: number;
  /** Lines of each later one. Default: 10. */
  laterEvents?: number;
  /** Default: 3. */
  invocations?: number;
  /** Share of one processor from the end of the init phase on. Default: all. */
  cpuShare?: number;
  /** Time until the extension must have requested the next event. Default: 15 s. */
  nextTimeoutMs?: number;
}

/** Figures of one invocation. */
export interface InvocationFigures {
  /** What the extension added: from the function's end until it requests the next event. */
  addedMs: number;
  cpuMs: number;
  /** From the first delivery of the invocation's lines until the last is answered. */
  takenMs: number | null;
}

/** Figures of one execution environment; those after the init phase are missing if it did not get that far. */
export interface EnvironmentFigures {
  /** From the process's start until it requests its first event. */
  initMs?: number;
  invocations: InvocationFigures[];
  /** Before SHUTDOWN. */
  end?: ProcessFigures;
  sent: number;
  arrived: number;
  errors: string[];
}

const functionMs = 20;
const pauseMs = 30;
const settleMs = 10;
const shutdownMs = 2200;
const shownLog = 500;

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Starts an extension in its own environment, invokes the function, and stops it. */
export async function runEnvironment(
  extension: MeasuredExtension,
  sinks: Sinks,
  course: Course,
): Promise<EnvironmentFigures> {
  sinks.reset();
  const api = await LambdaApi.start();
  const environment = new Environment(extension, api, sinks, course);
  try {
    await environment.run();
  } catch (error) {
    environment.figures.errors.push((error as Error).message);
  } finally {
    await environment.end();
  }
  const { figures } = environment;
  figures.arrived = sinks.lines;
  figures.errors.push(...api.errors, ...sinks.errors);
  return figures;
}

class Environment {
  readonly figures: EnvironmentFigures = { invocations: [], sent: 0, arrived: 0, errors: [] };
  private readonly child: ChildProcess;
  private readonly startedAt = performance.now();
  private readonly exited: Promise<undefined>;
  private hasExited = false;
  private log = "";
  private report: TelemetryEvent[] = [];
  private unthrottle: (() => void) | undefined;

  constructor(
    extension: MeasuredExtension,
    private readonly api: LambdaApi,
    sinks: Sinks,
    private readonly course: Course,
  ) {
    this.child = spawn(extension.cmd, [], {
      cwd: "/tmp",
      detached: true,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...lambdaVariables(api.address), ...filled(extension.env, sinks.variables) },
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.on("data", (data) => {
        this.log = `${this.log}${data}`.slice(-shownLog);
      });
    }
    this.exited = new Promise((resolve) => {
      const ended = (how: string) => {
        this.hasExited = true;
        this.log += `\n(it ended: ${how})`;
        resolve(undefined);
      };
      this.child.once("exit", (code, signal) => ended(String(signal ?? code)));
      this.child.once("error", (error) => ended(error.message));
    });
  }

  async run(): Promise<void> {
    const { events = 1000, laterEvents = 10, invocations = 3, cpuShare } = this.course;
    this.figures.initMs = (await this.asksAgain(0)) - this.startedAt;
    await sleep(settleMs);
    if (cpuShare !== undefined) {
      this.unthrottle = throttle(this.pid, cpuShare);
      if (!this.unthrottle)
        throw new Error("the processor's share can't be limited: control groups need root");
    }
    await this.api.deliver(initEndEvents());
    for (let k = 0; k < invocations; k++) {
      this.figures.invocations.push(await this.invoke(k === 0 ? events : laterEvents));
      await sleep(pauseMs);
    }
    this.figures.end = processFigures(this.pid);
    await this.shutdown();
  }

  /** Ends what is left of it. */
  async end(): Promise<void> {
    this.signal("SIGCONT");
    this.signal("SIGKILL");
    await Promise.race([this.exited, sleep(shutdownMs)]);
    this.unthrottle?.();
    this.api.close();
  }

  private get pid(): number {
    return this.child.pid ?? 0;
  }

  private async invoke(lines: number): Promise<InvocationFigures> {
    const asked = this.api.asked;
    const { cpuMs } = processFigures(this.pid);
    this.signal("SIGCONT");
    const id = randomUUID();
    this.api.invoke(id);
    const start = startEvent(id);
    await sleep(2);
    const events = Array.from({ length: lines }, (_, index) => line(id, index));
    const delivery = this.api.deliver([...this.report, start, ...events]);
    await sleep(functionMs);
    const delivered = await delivery;
    // An extension that does not wait for the function's end adds nothing to it; what has not arrived by then waits for
    // the next thaw.
    const early = this.api.asked > asked;
    const doneAt = performance.now();
    const done = this.api.deliver([doneEvent(id, functionMs)]);
    const askedAt = await this.asksAgain(asked);
    await done;
    if (this.api.takesLines) this.figures.sent += lines;
    await sleep(3);
    this.signal("SIGSTOP"); // Lambda freezes the environment between invocations.
    this.report = [reportEvent(id, functionMs)];
    const [first, last] = [delivered[0], delivered.at(-1)];
    return {
      addedMs: early ? 0 : Math.max(0, askedAt - doneAt),
      cpuMs: processFigures(this.pid).cpuMs - cpuMs,
      takenMs: first && last ? last.answeredAt - first.sentAt : null,
    };
  }

  private async shutdown(): Promise<void> {
    this.signal("SIGCONT");
    if (this.hasExited || !this.api.isWaiting) return;
    this.api.shutdown();
    this.api.deliver(this.report).catch(() => {});
    await Promise.race([this.exited, sleep(shutdownMs)]);
    await sleep(5);
  }

  /** @throws if it exits or takes too long instead. */
  private async asksAgain(count: number): Promise<number> {
    const { nextTimeoutMs = 15_000 } = this.course;
    const at = await Promise.race([this.api.askedAfter(count, nextTimeoutMs), this.exited]);
    if (at === undefined)
      throw new Error(`it did not ask for event ${count + 1} within ${nextTimeoutMs / 1000} s: ${this.log}`);
    return at;
  }

  private signal(signal: NodeJS.Signals): void {
    try {
      process.kill(-this.pid, signal);
    } catch {
      // It has ended.
    }
  }
}

function lambdaVariables(runtimeApi: string): Record<string, string> {
  return {
    PATH: "/usr/local/bin:/usr/bin:/bin:/opt/bin",
    HOME: "/tmp",
    LANG: "en_US.UTF-8",
    TZ: ":UTC",
    LAMBDA_TASK_ROOT: "/var/task",
    LAMBDA_RUNTIME_DIR: "/var/runtime",
    AWS_REGION: "us-east-1",
    AWS_DEFAULT_REGION: "us-east-1",
    AWS_LAMBDA_FUNCTION_NAME: "bench",
    AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "128",
    AWS_LAMBDA_INITIALIZATION_TYPE: "on-demand",
    AWS_LAMBDA_LOG_GROUP_NAME: "/aws/lambda/bench",
    AWS_LAMBDA_LOG_STREAM_NAME: "x",
    AWS_ACCESS_KEY_ID: "bench",
    AWS_SECRET_ACCESS_KEY: "bench",
    AWS_SESSION_TOKEN: "bench",
    AWS_LAMBDA_RUNTIME_API: runtimeApi,
  };
}
