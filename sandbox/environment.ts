import { randomBytes, randomUUID } from "node:crypto";
import { ApiServer } from "./apiServer";
import { Changes } from "./changes";
import {
  type EnvironmentDirectories,
  existsForEnvironment,
  extensionNames,
  makeMappedPaths,
  mountedLayers,
} from "./environmentDirectories";
import { logStreamName } from "./environmentVariables";
import type { ShutdownReason } from "./extensionsApi";
import { type Failure, failureLine, timedOut } from "./failure";
import type { FunctionDefinition } from "./functionDefinition";
import { Holder } from "./holder";
import {
  failedOutcome,
  type InvocationResult,
  type InvokeOptions,
  newSpanId,
  newTraceHeader,
  outcomeErrorType,
  outcomePayload,
  runtimeDoneRecord,
} from "./invocation";
import { type EnvironmentPaths, type Isolation, LAMBDA_PATHS } from "./isolation";
import { type LogSink, LogWriter } from "./logSink";
import { Processes } from "./processes";
import { type InitOutcome, type InvokeOutcome, RuntimeDomain, roundMs } from "./runtimeDomain";
import type { LambdaRuntime } from "./runtimes";
import type { TelemetryEvent, Tracing } from "./telemetryEvent";

export interface EnvironmentOptions {
  function: FunctionDefinition;
  runtime: LambdaRuntime;
  isolation: Isolation;
  directories: EnvironmentDirectories;
  hostPorts: number[];
  platformEnvironment: Record<string, string>;
  logSink?: LogSink;
  onEvent: (event: TelemetryEvent) => void;
  maxPendingTelemetryBytes?: number;
}

/** Lambda's limit on the init phase. */
const INIT_TIMEOUT_MS = 10_000;
/** Where Lambda has its Runtime API, on the environment's loopback. */
const RUNTIME_API_PORT = 9001;
const TEMPORARY_BYTES = 512 * 1024 * 1024;

/** One execution environment: init phase, invocations with a freeze after each, shutdown. One invocation at a time. */
export class ExecutionEnvironment {
  readonly id = randomUUID();
  private domain: RuntimeDomain | undefined;
  private initialized = false;
  private frozen = false;
  private readonly logs: LogWriter | undefined;

  private constructor(
    private readonly options: EnvironmentOptions,
    private readonly parts: {
      server: ApiServer;
      holder: Holder;
      processes: Processes;
      changes: Changes;
      paths: EnvironmentPaths;
      api: string;
    },
    private readonly logStream: string,
  ) {
    const { logSink, function: definition } = options;
    if (logSink) this.logs = new LogWriter(logSink, definition, logStream);
  }

  /** Makes the environment without starting anything in it. */
  static async create(options: EnvironmentOptions): Promise<ExecutionEnvironment> {
    let environment: ExecutionEnvironment | undefined;
    const server = await ApiServer.start(
      (request) =>
        environment?.domain?.handle(request) ?? { status: 503, body: { errorType: "ServiceUnavailable" } },
    );
    const mapped = options.isolation.mode === "none";
    const port = mapped ? server.port : freePort(options.hostPorts);
    const { directories, runtime, isolation } = options;
    let holder: Holder;
    try {
      holder = await Holder.start(isolation.python, {
        mode: isolation.mode,
        task: directories.task,
        runtime: runtime.directory,
        layers: mountedLayers(isolation.mode, directories),
        binaries: runtime.binaries,
        ports: [[port, server.port], ...options.hostPorts.map((each): [number, number] => [each, each])],
        temporaryBytes: TEMPORARY_BYTES,
      });
    } catch (error) {
      await server.close();
      throw error;
    }
    const changes = new Changes();
    const processes = new Processes(holder, changes);
    const paths = mapped ? makeMappedPaths(directories, runtime, holder.directory) : LAMBDA_PATHS;
    const stream = logStreamName(options.function.version, new Date(), randomBytes(16).toString("hex"));
    const parts = { server, holder, processes, changes, paths, api: `127.0.0.1:${port}` };
    environment = new ExecutionEnvironment(options, parts, stream);
    return environment;
  }

  /**
   * Initializes ahead of any invocation, and freezes until one comes.
   * @throws why the environment can't be initialized.
   */
  async provision(): Promise<void> {
    const { failure } = await this.initialize();
    if (failure) throw new Error(failure.reported ?? failure.message);
    await this.freeze();
  }

  /** Initializes first, when there has been no invocation yet or the last one made it necessary. */
  async invoke(payload: unknown, { traceHeader }: InvokeOptions = {}): Promise<InvocationResult> {
    const coldStart = !this.initialized;
    await this.thaw();
    const initDurationMs = coldStart ? await this.firstInit() : undefined;
    const requestId = randomUUID();
    const timeoutMs = this.options.function.timeoutSeconds * 1_000;
    const startedAt = performance.now();
    const deadlineMs = Date.now() + timeoutMs;
    const value = traceHeader ?? newTraceHeader(Date.now());
    const tracing: Tracing = { type: "X-Amzn-Trace-Id", value, spanId: newSpanId() };
    const outcome = await this.run({ requestId, deadlineMs, tracing, payload });
    const endedAt = performance.now();
    const durationMs = roundMs(endedAt - startedAt);
    const extensionOverheadMs = roundMs(endedAt - outcome.doneAt);
    const billedDurationMs = Math.ceil(durationMs + (initDurationMs ?? 0));
    const init = initDurationMs === undefined ? {} : { initDurationMs };
    const timing = { durationMs, billedDurationMs, ...init };
    await this.finish({ requestId, tracing, outcome, timing, extensionOverheadMs });
    return {
      requestId,
      status: outcome.status,
      payload: outcomePayload(outcome, requestId),
      ...(outcome.status === "success" ? {} : { functionError: "Unhandled" }),
      durationMs: outcome.durationMs,
      billedDurationMs,
      ...init,
      extensionOverheadMs,
      coldStart,
      environmentId: this.id,
    };
  }

  /** The shutdown phase, then the end of everything that the environment held. */
  async shutdown(): Promise<void> {
    try {
      await this.thaw();
      await this.endDomain("spindown");
    } finally {
      await this.parts.holder.close();
      await this.parts.server.close();
      await this.logs?.close();
    }
  }

  /** @returns the duration when it succeeded; else the invocation repeats it. */
  private async firstInit(): Promise<number | undefined> {
    const { failure, durationMs } = await this.initialize();
    return failure ? undefined : durationMs;
  }

  private async initialize(): Promise<InitOutcome> {
    this.initialized = true;
    const domain = this.newDomain();
    const outcome = await domain.init("init", Date.now() + INIT_TIMEOUT_MS);
    const { failure } = outcome;
    if (failure) await this.endDomain(failure.status === "timeout" ? "timeout" : "failure");
    return outcome;
  }

  private newDomain(): RuntimeDomain {
    const { function: definition, runtime, directories, platformEnvironment } = this.options;
    const { processes, changes, holder, paths, api } = this.parts;
    this.domain = new RuntimeDomain({
      variables: { function: definition, runtime, api, logStream: this.logStream, platformEnvironment },
      processes,
      changes,
      paths,
      connect: (port) => holder.connect(port),
      exists: (path) => existsForEnvironment(path, directories, runtime),
      extensionNames: extensionNames(directories.layers),
      instanceId: this.id,
      onEvent: (event) => this.take(event),
      maxPendingTelemetryBytes: this.options.maxPendingTelemetryBytes,
    });
    return this.domain;
  }

  private async run(invocation: {
    requestId: string;
    deadlineMs: number;
    tracing: Tracing;
    payload: unknown;
  }): Promise<InvokeOutcome> {
    const { requestId, deadlineMs, tracing, payload } = invocation;
    const { arn: invokedFunctionArn, version } = this.options.function;
    const startedAt = performance.now();
    const repeated = this.domain === undefined;
    const domain = this.domain ?? this.newDomain();
    const init = repeated ? await domain.init("invoke", deadlineMs) : undefined;
    domain.emit("platform.start", { requestId, version, tracing });
    if (init?.failure) {
      return failedOutcome(this.named(init.failure), roundMs(performance.now() - startedAt));
    }
    const body = JSON.stringify(payload ?? null);
    const traceHeader = tracing.value;
    const outcome = await domain.invoke(
      { requestId, deadlineMs, invokedFunctionArn, traceHeader, payload: body },
      tracing,
    );
    domain.emit("platform.runtimeDone", runtimeDoneRecord(outcome, requestId, tracing));
    if (outcome.failure) return { ...outcome, failure: this.named(outcome.failure) };
    const late = await domain.awaitExtensions(deadlineMs);
    return late ? { ...outcome, status: late.status, failure: this.named(late) } : outcome;
  }

  /** A timeout is that of the function, however long the part took in which it happened. */
  private named(failure: Failure): Failure {
    return failure.status === "timeout" ? timedOut(this.options.function.timeoutSeconds) : failure;
  }

  /** The report is delivered with the next thaw, because the environment is frozen by then; or with the shutdown. */
  private async finish(invocation: {
    requestId: string;
    tracing: Tracing;
    outcome: InvokeOutcome;
    timing: { durationMs: number; billedDurationMs: number; initDurationMs?: number };
    extensionOverheadMs: number;
  }): Promise<void> {
    const { requestId, tracing, outcome, timing, extensionOverheadMs } = invocation;
    const { failure, status } = outcome;
    const maxMemoryUsedMB = await this.parts.processes.peakMemoryMb();
    if (failure) {
      const message = failureLine(failure, requestId, new Date());
      this.logs?.line({ timestamp: Date.now(), message });
    } else await this.freeze();
    const memorySizeMB = this.options.function.memorySizeMb;
    const errorType = outcomeErrorType(outcome);
    this.domain?.emit("platform.report", {
      requestId,
      status,
      ...(errorType === undefined ? {} : { errorType }),
      metrics: { ...timing, memorySizeMB, maxMemoryUsedMB },
      tracing,
      spans: [
        {
          name: "extensionOverhead",
          start: new Date(outcome.startedAt.wall + outcome.durationMs).toISOString(),
          durationMs: extensionOverheadMs,
        },
      ],
    });
    if (failure) await this.endDomain(status === "timeout" ? "timeout" : "failure");
  }

  private async endDomain(reason: ShutdownReason): Promise<void> {
    await this.domain?.shutdown(reason);
    this.domain = undefined;
  }

  private async freeze(): Promise<void> {
    this.frozen = true;
    this.domain?.telemetryApi.pause();
    await this.parts.processes.freeze();
  }

  private async thaw(): Promise<void> {
    if (!this.frozen) return;
    this.frozen = false;
    await this.parts.processes.thaw();
    this.domain?.telemetryApi.resume();
  }

  private take(event: TelemetryEvent): void {
    this.logs?.event(event);
    this.options.onEvent(event);
  }
}

/** Lambda's own port, unless a service of the host that the function wants to reach has it. */
function freePort(taken: number[]): number {
  let port = RUNTIME_API_PORT;
  while (taken.includes(port)) port += 1;
  return port;
}
