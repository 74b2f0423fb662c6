import { randomUUID } from "node:crypto";
import type { ResponseListener } from "../apis/runtime";
import { type Failure, failureLine, failureReason, timedOut } from "../core/failure";
import type { InitPhase, Tracing } from "../core/telemetryEvent";
import { tenantField } from "../function/tenantIsolation";
import { EnvironmentBase } from "./base";
import {
  failedOutcome,
  type InvocationResult,
  type InvokeOptions,
  newSpanId,
  newTraceHeader,
  outcomeErrorType,
  outcomeResult,
  runtimeDoneRecord,
  type StartMetrics,
} from "./invocation";
import type { EnvironmentOptions } from "./parts";
import { type InitOutcome, type InvokeOutcome, roundMs } from "./runtimeDomain";

/** Lambda's limit on the init phase. */
const INIT_TIMEOUT_MS = 10_000;

/** What an invocation waited for before it began. */
export interface Readiness {
  coldStart: boolean;
  /** Milliseconds that are billed for it. */
  billedMs: number;
  metrics: StartMetrics;
}

/** One execution environment: init phase, invocations with a freeze after each, shutdown. One invocation at a time. */
export class OnDemandEnvironment extends EnvironmentBase {
  private initialized = false;
  private frozen = false;

  /** Creates the environment without starting anything in it. */
  static create(options: EnvironmentOptions): Promise<OnDemandEnvironment> {
    return EnvironmentBase.open(options, (parts) => new OnDemandEnvironment(options, parts));
  }

  /**
   * Initializes before any invocation, and freezes until one arrives.
   * @throws why the environment can't be initialized.
   */
  override async provision(): Promise<void> {
    const { failure } = await this.initialize("init", INIT_TIMEOUT_MS);
    if (failure) throw new Error(failureReason(failure));
    await this.freeze();
  }

  /** Initializes first if there has been no invocation yet or the last one made it necessary. */
  override async invoke(payload: unknown, options: InvokeOptions = {}): Promise<InvocationResult> {
    const { traceHeader, clientContext, onResponse } = options;
    const { coldStart, billedMs, metrics } = await this.becomeReady();
    const requestId = randomUUID();
    const timeoutMs = this.options.function.timeoutSeconds * 1_000;
    const startedAt = performance.now();
    const deadlineMs = Date.now() + timeoutMs;
    const value = traceHeader ?? newTraceHeader(Date.now());
    const tracing: Tracing = { type: "X-Amzn-Trace-Id", value, spanId: newSpanId() };
    const outcome = await this.run({ requestId, deadlineMs, tracing, payload, clientContext, onResponse });
    const endedAt = performance.now();
    const durationMs = roundMs(endedAt - startedAt);
    const extensionOverheadMs = roundMs(endedAt - outcome.doneAt);
    const billedDurationMs = Math.ceil(durationMs + billedMs);
    const timing = { durationMs, billedDurationMs, ...metrics };
    await this.finish({ requestId, tracing, outcome, timing, extensionOverheadMs });
    return {
      ...outcomeResult(outcome, requestId),
      billedDurationMs,
      ...metrics,
      extensionOverheadMs,
      coldStart,
      environmentId: this.id,
    };
  }

  override async shutdown(): Promise<void> {
    try {
      await this.thaw();
    } finally {
      await super.shutdown();
    }
  }

  /** If the initialization failed, the invocation repeats it. */
  protected async becomeReady(): Promise<Readiness> {
    const coldStart = !this.initialized;
    await this.thaw();
    if (coldStart) {
      const { failure, durationMs } = await this.initialize("init", INIT_TIMEOUT_MS);
      if (!failure) return { coldStart, billedMs: durationMs, metrics: { initDurationMs: durationMs } };
    }
    return { coldStart, billedMs: 0, metrics: {} };
  }

  protected async initialize(phase: InitPhase, timeoutMs: number): Promise<InitOutcome> {
    this.initialized = true;
    const domain = this.newDomain();
    const outcome = await domain.init(phase, Date.now() + timeoutMs);
    const { failure } = outcome;
    if (failure) await this.endDomain(failure.status === "timeout" ? "timeout" : "failure");
    return outcome;
  }

  private async run(invocation: {
    requestId: string;
    deadlineMs: number;
    tracing: Tracing;
    payload: unknown;
    clientContext?: string;
    onResponse?: ResponseListener;
  }): Promise<InvokeOutcome> {
    const { requestId, deadlineMs, tracing, payload, ...passed } = invocation;
    const { arn: invokedFunctionArn, version } = this.options.function;
    const startedAt = performance.now();
    const repeated = this.domain === undefined;
    const domain = this.domain ?? this.newDomain();
    const init = repeated ? await domain.init("invoke", deadlineMs) : undefined;
    const tenant = tenantField(this.tenantId);
    domain.emit("platform.start", { requestId, version, ...tenant, tracing });
    if (init?.failure) {
      return failedOutcome(this.named(init.failure), roundMs(performance.now() - startedAt));
    }
    const body = JSON.stringify(payload ?? null);
    const traceHeader = tracing.value;
    const outcome = await domain.invoke(
      { requestId, deadlineMs, invokedFunctionArn, traceHeader, payload: body, ...passed, ...tenant },
      tracing,
    );
    domain.emit("platform.runtimeDone", { ...runtimeDoneRecord(outcome, requestId, tracing), ...tenant });
    if (outcome.failure) return { ...outcome, failure: this.named(outcome.failure) };
    const late = await domain.awaitExtensions(deadlineMs);
    return late ? { ...outcome, status: late.status, failure: this.named(late) } : outcome;
  }

  /**
   * A timeout is reported with the function's timeout, regardless of the duration of the phase in which it happened.
   */
  private named(failure: Failure): Failure {
    return failure.status === "timeout" ? timedOut(this.options.function.timeoutSeconds) : failure;
  }

  /** The report is delivered at the next thaw, because the environment is already frozen, or at the shutdown. */
  private async finish(invocation: {
    requestId: string;
    tracing: Tracing;
    outcome: InvokeOutcome;
    timing: { durationMs: number; billedDurationMs: number } & StartMetrics;
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
      ...tenantField(this.tenantId),
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

  protected async freeze(): Promise<void> {
    if (this.options.freezes === false) return;
    this.frozen = true;
    this.domain?.telemetryApi.pause();
    await this.parts.processes.freeze();
  }

  protected async thaw(): Promise<void> {
    if (!this.frozen) return;
    this.frozen = false;
    await this.parts.processes.thaw();
    this.domain?.telemetryApi.resume();
  }
}
