import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** How a function is run. */
export interface Environment {
  title: string;
  /** Exec wrapper, with its arguments. */
  wrapper?: readonly string[];
  variables: Record<string, string>;
}

/** The measurements of one execution environment. */
export interface Figures {
  /** From spawn until the runtime requests the first invocation. */
  initMs: number;
  initCpuMs: number;
  /** Resident memory at that time. */
  memoryMb: number;
  firstMs: number;
  /** Median of the invocations after the first. */
  laterMs: number;
  /** CPU time of each of them, including what follows the response. */
  laterCpuMs: number;
  /**
   * Of a hundred invocations, those whose handler's span was sent before the runtime requested the next: the others may
   * be lost.
   */
  sentSpans: number;
  /** Starting and ending one span of the function's own. */
  childUs: number;
  childCpuUs: number;
}

const LATER = 100;
const CHILDREN = 500;

/** The destination of spans. */
export interface Sink {
  port: number;
  /** Number of invocations from which spans have arrived since the last call. */
  seen: () => Promise<number>;
  stop: () => void;
}

/** Milliseconds after which what was sent has arrived; batches of peers take a second or more. */
const ARRIVAL = 50;

export async function startSink(): Promise<Sink> {
  const child = spawn(process.execPath, [join(__dirname, "tracingSink.mjs")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  const line = (): Promise<number> =>
    new Promise((resolve) => child.stdout.once("data", (data) => resolve(Number(data))));
  const port = await line();
  const seen = async (): Promise<number> => {
    await new Promise((resolve) => setTimeout(resolve, ARRIVAL));
    const count = line();
    child.stdin.write("\n");
    return count;
  };
  return { port, seen, stop: () => child.kill() };
}

/** A function that measures itself what its spans take, and how it is run. */
export interface BenchedFunction {
  /** Files of the function, by name. */
  files: Readonly<Record<string, string>>;
  handler: string;
  /** Interpreter and runtime interface client. */
  command: readonly string[];
  variables: Record<string, string>;
}

/** Runs one environment by AWS's runtime interface client. */
export async function measureEnvironment(
  { wrapper, variables }: Environment,
  benched: BenchedFunction,
  sink: Sink,
): Promise<Figures> {
  const code = mkdtempSync(join(tmpdir(), "bench-function-"));
  for (const [name, text] of Object.entries(benched.files)) writeFileSync(join(code, name), text);
  const runtime = new RuntimeApi();
  const port = await runtime.listen();
  const [program = "", ...args] = [...(wrapper ?? []), ...benched.command];
  const began = performance.now();
  const child = spawn(program, args, {
    stdio: ["ignore", "ignore", "inherit"],
    env: {
      PATH: process.env.PATH ?? "",
      AWS_LAMBDA_RUNTIME_API: `127.0.0.1:${port}`,
      AWS_LAMBDA_FUNCTION_NAME: "bench",
      AWS_LAMBDA_FUNCTION_VERSION: "$LATEST",
      AWS_LAMBDA_FUNCTION_MEMORY_SIZE: "1024",
      AWS_LAMBDA_LOG_GROUP_NAME: "/aws/lambda/bench",
      AWS_LAMBDA_LOG_STREAM_NAME: "bench",
      AWS_REGION: "eu-central-1",
      LAMBDA_TASK_ROOT: code,
      _HANDLER: benched.handler,
      ...benched.variables,
      ...variables,
    },
  });
  const ended = new Promise<never>((_, reject) => {
    child.on("exit", (status) => reject(new Error(`the function's process ended with status ${status}`)));
  });
  try {
    return await Promise.race([measured(runtime, child, began, sink), ended]);
  } finally {
    child.kill("SIGKILL");
    await runtime.close();
    rmSync(code, { recursive: true, force: true });
  }
}

async function measured(
  runtime: RuntimeApi,
  child: ChildProcess,
  began: number,
  sink: Sink,
): Promise<Figures> {
  await runtime.asked();
  const initMs = performance.now() - began;
  const initCpuMs = cpuMs(child);
  const memoryMb = residentMb(child);
  const first = await runtime.invoke({ children: 0 });
  await runtime.asked();
  await sink.seen();
  const cpuBefore = cpuMs(child);
  const later: number[] = [];
  for (let n = 0; n < LATER; n += 1) later.push((await runtime.invoke({ children: 0 })).ms);
  await runtime.asked();
  const laterCpuMs = (cpuMs(child) - cpuBefore) / LATER;
  const sentSpans = await sink.seen();
  // Code that runs once must be compiled, as code that runs often is.
  await runtime.invoke({ children: CHILDREN });
  const { response } = await runtime.invoke({ children: CHILDREN });
  const { us, cpuUs } = JSON.parse(response) as { us: number; cpuUs: number };
  return {
    initMs,
    initCpuMs,
    memoryMb,
    firstMs: first.ms,
    laterMs: later.sort((a, b) => a - b)[LATER / 2] ?? Number.NaN,
    laterCpuMs,
    sentSpans,
    childUs: us / CHILDREN,
    childCpuUs: cpuUs / CHILDREN,
  };
}

/** Of all threads that the process has. */
function cpuMs({ pid }: ChildProcess): number {
  const nanoseconds = readdirSync(`/proc/${pid}/task`).map((task) => {
    try {
      return Number(readFileSync(`/proc/${pid}/task/${task}/schedstat`, "utf8").split(" ")[0]);
    } catch {
      // The thread has just ended.
      return 0;
    }
  });
  return nanoseconds.reduce((sum, one) => sum + one, 0) / 1e6;
}

function residentMb({ pid }: ChildProcess): number {
  const kb = /^VmRSS:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return Number(kb) / 1024;
}

/** The part of Lambda's Runtime API that a runtime needs for successful invocations. */
class RuntimeApi {
  private readonly server = http.createServer((request, response) => this.handle(request, response));
  private next: http.ServerResponse | undefined;
  private wake: (() => void) | undefined;
  private answered: ((response: string) => void) | undefined;
  private count = 0;

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(0, "127.0.0.1", resolve));
    return (this.server.address() as AddressInfo).port;
  }

  /** Until the runtime asks for an invocation. */
  async asked(): Promise<http.ServerResponse> {
    while (this.next === undefined) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    return this.next;
  }

  /** From the invocation's event to its response. */
  async invoke(event: object): Promise<{ ms: number; response: string }> {
    const next = await this.asked();
    this.next = undefined;
    this.count += 1;
    // The client for Python crashes without them.
    next.setHeader("content-type", "application/json");
    next.setHeader("Lambda-Runtime-Trace-Id", "Root=1-65f2a1b0-0123456789abcdef01234567;Sampled=0");
    next.setHeader("Lambda-Runtime-Aws-Request-Id", `request-${String(this.count).padStart(4, "0")}`);
    next.setHeader("Lambda-Runtime-Deadline-Ms", String(Date.now() + 60_000));
    next.setHeader(
      "Lambda-Runtime-Invoked-Function-Arn",
      "arn:aws:lambda:eu-central-1:123456789012:function:bench",
    );
    const response = new Promise<string>((resolve) => {
      this.answered = resolve;
    });
    const began = performance.now();
    next.end(JSON.stringify(event));
    return { response: await response, ms: performance.now() - began };
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private handle(request: http.IncomingMessage, response: http.ServerResponse): void {
    if (request.method === "GET") {
      this.next = response;
      this.wake?.();
      return;
    }
    let body = "";
    request.on("data", (data) => {
      body += data;
    });
    request.on("end", () => {
      response.writeHead(202).end();
      this.answered?.(body);
    });
  }
}
