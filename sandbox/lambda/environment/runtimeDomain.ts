import { setTimeout } from "node:timers/promises";
import { ExtensionsApi, type ShutdownReason } from "../apis/extensions";
import { RestoreApi } from "../apis/restore";
import { type RuntimeAnswer, RuntimeApi, type RuntimeInvocation } from "../apis/runtime";
import type { ApiAnswer, ApiRequest, BodyListener, PendingAnswer } from "../apis/server";
import { TelemetryApi } from "../apis/telemetry/api";
import type { Connect } from "../apis/telemetry/delivery";
import type { ConditionSignal } from "../core/conditionSignal";
import { type Failure, timedOut } from "../core/failure";
import type { InitPhase, PhaseStatus, TelemetryEvent, Tracing } from "../core/telemetryEvent";
import type { InitializationType } from "../function/definition";
import { extensionEventsOf, isManaged, schemaVersionsOf } from "../function/managedInstances";
import { isSnapStart } from "../function/snapStart";
import { DomainProcesses, type DomainProcessesOptions } from "./domainProcesses";

export interface DomainContext extends Omit<DomainProcessesOptions, "onLog"> {
  conditions: ConditionSignal;
  connect: Connect;
  /** Names of the files in /opt/extensions. */
  extensionNames: string[];
  instanceId: string;
  onEvent: (event: TelemetryEvent) => void;
  maxPendingTelemetryBytes?: number;
  shutdownMs?: number;
}

export interface InitOutcome {
  failure?: Failure;
  durationMs: number;
}

export interface InvokeOutcome {
  status: PhaseStatus;
  failure?: Failure;
  answer?: RuntimeAnswer;
  /** Until the runtime was done. */
  durationMs: number;
  /** When that was, by the monotonic clock, in milliseconds. */
  doneAt: number;
  /** When the runtime received the invocation, by the wall clock and by the monotonic one, in milliseconds. */
  startedAt: { wall: number; monotonic: number };
}

/** Shutdown budgets: the whole phase with external extensions and with internal ones only, and the runtime's part. */
const [EXTERNAL_SHUTDOWN_MS, INTERNAL_SHUTDOWN_MS, RUNTIME_SHUTDOWN_MS] = [2_000, 500, 300];
/** Of this, for telemetry before SHUTDOWN on Managed Instances. Source: AWS's runtime interface emulator. */
const FLUSH_MS = 1_000;

export const roundMs = (milliseconds: number): number => Math.round(milliseconds * 1_000) / 1_000;

/** How an init or restore phase ended: a runtime or extension that exits counts as error, not as failure. */
export function phaseStatus(failure: Failure | undefined): Record<string, unknown> {
  if (!failure) return { status: "success" };
  if (failure.status === "timeout") return { status: "timeout" };
  return { status: "error", errorType: failure.errorType };
}

/** The runtime and the extensions of an environment from one initialization to their shutdown, with the APIs they use. */
export class RuntimeDomain {
  private readonly runtimeApi: RuntimeApi;
  private readonly restoreApi: RestoreApi | undefined;
  private readonly extensionsApi: ExtensionsApi;
  readonly telemetryApi: TelemetryApi;
  private readonly started: DomainProcesses;

  constructor(private readonly context: DomainContext) {
    const { conditions, connect, extensionNames, maxPendingTelemetryBytes: maxPendingBytes } = context;
    const { function: definition } = context.variables;
    const { name, version, handler, accountId } = definition;
    const emit = (type: string, record: Record<string, unknown>) => this.emit(type, record);
    this.runtimeApi = new RuntimeApi(conditions, isManaged(definition));
    if (isSnapStart(definition)) this.restoreApi = new RestoreApi(conditions);
    this.extensionsApi = new ExtensionsApi({
      functionName: name,
      functionVersion: version,
      handler,
      accountId,
      externalNames: extensionNames,
      knownEvents: extensionEventsOf(definition),
      conditions,
      emit,
    });
    this.telemetryApi = new TelemetryApi({
      extensions: this.extensionsApi,
      connect,
      schemaVersions: schemaVersionsOf(definition),
      emit,
      maxPendingBytes,
    });
    this.started = new DomainProcesses({ ...context, onLog: (event) => this.publish(event) });
  }

  handle(request: ApiRequest): ApiAnswer | PendingAnswer {
    return (
      this.runtimeApi.handle(request) ??
      this.restoreApi?.handle(request) ??
      this.context.variables.credentials?.handle(request) ??
      this.extensionsApi.handle(request) ??
      this.telemetryApi.handle(request) ?? {
        status: 404,
        body: { errorType: "NotFound", errorMessage: `${request.method} ${request.path}` },
      }
    );
  }

  /** Who receives the parts of what the runtime streams. */
  readonly listenerOf: BodyListener = (head) => this.runtimeApi.listenerOf(head);

  emit(type: string, record: Record<string, unknown>): void {
    this.publish({ time: new Date().toISOString(), type, record });
  }

  /** Extensions first; the runtime after they have registered; then all of them have to request their first event. */
  async init(phase: InitPhase, deadline: number): Promise<InitOutcome> {
    const startedAt = performance.now();
    this.emitInitStart(phase);
    const failure = (await this.initExtensions(deadline)) ?? (await this.initRuntime(deadline));
    this.extensionsApi.closeRegistration();
    await this.context.processes.drain();
    this.emit("platform.initRuntimeDone", this.initRecord(phase, failure));
    const failed = failure ?? (await this.wait(() => this.extensionsApi.allWaiting, deadline));
    const durationMs = roundMs(performance.now() - startedAt);
    this.emit("platform.initReport", { ...this.initRecord(phase, failed), metrics: { durationMs } });
    if (!failed) this.telemetryApi.closeSubscriptions();
    return { failure: failed, durationMs };
  }

  /** Lets a snapshot's runtime run its hooks and become ready for an invocation. @returns why it will not be. */
  async restore(deadline: number): Promise<Failure | undefined> {
    this.restoreApi?.restore();
    const failure = await this.wait(() => this.ready, deadline);
    await this.context.processes.drain();
    return failure;
  }

  /** Runs until the runtime is done, something has failed, or the deadline is reached. */
  async invoke(invocation: RuntimeInvocation, tracing: Tracing): Promise<InvokeOutcome> {
    const startedAt = { wall: Date.now(), monotonic: performance.now() };
    const { requestId, deadlineMs, invokedFunctionArn } = invocation;
    this.extensionsApi.deliverInvoke({ requestId, deadlineMs, invokedFunctionArn, tracing });
    this.runtimeApi.deliver(invocation);
    const { runtimeApi } = this;
    const failure = await this.wait(
      () => runtimeApi.answerTo(requestId) !== undefined && runtimeApi.ready,
      deadlineMs,
    );
    const doneAt = performance.now();
    if (failure) await this.stopRuntime("SIGKILL", Date.now() + RUNTIME_SHUTDOWN_MS);
    await this.context.processes.drain();
    return this.outcome(requestId, { failure, startedAt, doneAt });
  }

  /** A worker of the runtime waits for an invocation. */
  get ready(): boolean {
    return this.runtimeApi.ready;
  }

  /** Waits until it is ready. @returns why it will not be. */
  awaitWorker(deadline: number): Promise<Failure | undefined> {
    return this.wait(() => this.ready, deadline);
  }

  /** Runs beside other invocations until the answer arrives, without notifying extensions or awaiting log lines. */
  async invokeBeside(invocation: RuntimeInvocation): Promise<InvokeOutcome> {
    const startedAt = { wall: Date.now(), monotonic: performance.now() };
    const { requestId, deadlineMs } = invocation;
    this.runtimeApi.deliver(invocation);
    const failure = await this.wait(() => this.runtimeApi.answerTo(requestId) !== undefined, deadlineMs);
    return this.outcome(requestId, { failure, startedAt, doneAt: performance.now() });
  }

  /** The end of an invocation: waits until every extension has requested the next event. */
  awaitExtensions(deadline: number): Promise<Failure | undefined> {
    return this.wait(() => this.extensionsApi.allWaiting, deadline);
  }

  /** Stops the runtime, then the extensions, which receive the reason and can finish; then kills what is left. */
  async shutdown(reason: ShutdownReason): Promise<void> {
    const { processes, conditions, shutdownMs = EXTERNAL_SHUTDOWN_MS } = this.context;
    const external = this.extensionsApi.all.filter((extension) => extension.external);
    const budget = external.length > 0 ? shutdownMs : INTERNAL_SHUTDOWN_MS;
    const deadline = Date.now() + (this.extensionsApi.all.length > 0 ? budget : 0);
    this.telemetryApi.resume();
    const signal = reason === "spindown" && this.extensionsApi.all.length > 0 ? "SIGTERM" : "SIGKILL";
    await this.stopRuntime(signal, Date.now() + RUNTIME_SHUTDOWN_MS);
    await processes.drain();
    const delivered = this.telemetryApi.drain();
    if (isManaged(this.context.variables.function)) {
      await Promise.race([delivered, setTimeout(FLUSH_MS, undefined, { ref: false })]);
    }
    for (const { name, events } of external) {
      if (!events.includes("SHUTDOWN")) await this.started.killExtension(name);
    }
    this.extensionsApi.deliverShutdown(reason, deadline);
    await conditions.until(() => this.started.extensionsEnded, deadline);
    await processes.killAll();
    await processes.drain();
    this.telemetryApi.close();
  }

  private outcome(
    requestId: string,
    ended: Pick<InvokeOutcome, "failure" | "startedAt" | "doneAt">,
  ): InvokeOutcome {
    const { failure, startedAt, doneAt } = ended;
    const answer = this.runtimeApi.finish(requestId, failure?.status === "timeout");
    const status = failure?.status ?? (answer?.kind === "error" ? "error" : "success");
    return { status, answer, durationMs: roundMs(doneAt - startedAt.monotonic), ...ended };
  }

  private publish(event: TelemetryEvent): void {
    this.context.onEvent(event);
    this.telemetryApi.publish(event);
  }

  private emitInitStart(phase: InitPhase): void {
    const { initializationType } = this;
    this.emit("platform.initStart", { initializationType, phase, ...this.description });
  }

  /** The description of the environment in `platform.initStart` and `platform.restoreStart`. */
  get description(): Record<string, unknown> {
    const { name, version, memorySizeMb, runtime, region, packageType, durable } =
      this.context.variables.function;
    const edition = durable ? "DurableFunction.sandbox" : "sandbox";
    return {
      functionName: name,
      functionVersion: version,
      instanceId: this.context.instanceId,
      instanceMaxMemory: memorySizeMb * 1024 * 1024,
      // An image contains its own runtime: Lambda does not know its version.
      ...(packageType === "Image"
        ? {}
        : {
            runtimeVersion: `${runtime.replace(/^([a-z]+)/, "$1:").replace(/\.x$/, "")}.${edition}`,
            runtimeVersionArn: `arn:aws:lambda:${region}::runtime:sandbox`,
          }),
    };
  }

  private async initExtensions(deadline: number): Promise<Failure | undefined> {
    await Promise.all(this.context.extensionNames.map((name) => this.started.startExtension(name)));
    return this.wait(() => this.extensionsApi.allExternalRegistered, deadline);
  }

  private async initRuntime(deadline: number): Promise<Failure | undefined> {
    await this.started.startRuntime();
    return this.wait(() => this.restoreApi?.ready || this.runtimeApi.ready, deadline);
  }

  /** @returns why the condition did not become true in time. */
  private async wait(condition: () => boolean, deadline: number): Promise<Failure | undefined> {
    const startedAt = Date.now();
    const { conditions } = this.context;
    const inTime = await conditions.until(() => this.failure !== undefined || condition(), deadline);
    return this.failure ?? (inTime ? undefined : timedOut((Date.now() - startedAt) / 1_000));
  }

  /** Why neither the runtime nor the extensions can continue. */
  get failure(): Failure | undefined {
    const { initError } = this.runtimeApi;
    if (initError) {
      const { errorType, body } = initError;
      return { status: "error", errorType, message: "the runtime could not initialize", reported: body };
    }
    if (this.restoreApi?.failure) return this.restoreApi.failure;
    const { failed } = this.extensionsApi;
    if (failed?.error) {
      const errorType = failed.error.phase === "init" ? "Extension.InitError" : "Extension.ExitError";
      return { status: "failure", errorType, message: `Extension ${failed.name}: ${failed.error.type}` };
    }
    return this.started.failure;
  }

  private initRecord(phase: InitPhase, failure: Failure | undefined): Record<string, unknown> {
    return { initializationType: this.initializationType, phase, ...phaseStatus(failure) };
  }

  private get initializationType(): InitializationType {
    return this.context.variables.function.initializationType ?? "on-demand";
  }

  private async stopRuntime(signal: "SIGTERM" | "SIGKILL", deadline: number): Promise<void> {
    await this.started.signalRuntime(signal);
    const ended = await this.context.conditions.until(() => this.started.runtimeEnded, deadline);
    if (!ended) await this.started.signalRuntime("SIGKILL");
  }
}
