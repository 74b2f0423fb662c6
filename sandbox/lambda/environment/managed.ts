import { randomUUID } from "node:crypto";
import type { ResponseListener } from "../apis/runtime";
import { type Failure, failureReason, functionErrorType, timedOut } from "../core/failure";
import type { Tracing } from "../core/telemetryEvent";
import { maxConcurrencyOf } from "../function/managedInstances";
import { EnvironmentBase } from "./base";
import {
  failedOutcome,
  type InvocationResult,
  type InvokeOptions,
  newSpanId,
  newTraceHeader,
  outcomeResult,
  runtimeSpans,
} from "./invocation";
import type { EnvironmentOptions } from "./parts";
import type { InvokeOutcome, RuntimeDomain } from "./runtimeDomain";

/** Lambda's limit on the init phase: this, or the function's timeout when that is longer. */
const INIT_TIMEOUT_MS = 130_000;

interface Invocation {
  requestId: string;
  tracing: Tracing;
  clientContext?: string;
  onResponse?: ResponseListener;
  body: string;
}

/**
 * An execution environment on Lambda Managed Instances: created before any invocation, never frozen, with several
 * invocations in progress at once. An invocation that takes too long fails on its own, and its code continues to run;
 * if the runtime or an extension exits, all invocations in progress fail, and another environment has to replace this
 * one.
 */
export class ManagedEnvironment extends EnvironmentBase {
  /** Creates the environment without starting anything in it. */
  static create(options: EnvironmentOptions): Promise<ManagedEnvironment> {
    return EnvironmentBase.open(options, (parts) => new ManagedEnvironment(options, parts));
  }

  override get concurrency(): number {
    return maxConcurrencyOf(this.options.function);
  }

  override get unhealthy(): boolean {
    return this.domain?.failure !== undefined;
  }

  /** @throws why the environment can't be initialized. */
  override async provision(): Promise<void> {
    const limit = Math.max(INIT_TIMEOUT_MS, this.timeoutMs);
    const { failure } = await this.newDomain().init("init", Date.now() + limit);
    if (failure) throw new Error(failureReason(failure));
  }

  /** @throws when no worker of the runtime has become free within the function's timeout. */
  override async invoke(payload: unknown, options: InvokeOptions = {}): Promise<InvocationResult> {
    const { traceHeader, clientContext, onResponse } = options;
    const { domain } = this;
    if (!domain) throw new Error("the environment has not been provisioned");
    const requestId = randomUUID();
    const giveUpAt = Date.now() + this.timeoutMs;
    let failure: Failure | undefined;
    // Another waiting invocation may take the worker first; from here to its delivery nothing else runs.
    while (!failure && !domain.ready) failure = await this.awaitWorker(domain, giveUpAt);
    const value = traceHeader ?? newTraceHeader(Date.now());
    const tracing: Tracing = { type: "X-Amzn-Trace-Id", value, spanId: newSpanId() };
    const { version, arn: functionArn } = this.options.function;
    domain.emit("platform.start", { requestId, version, functionArn, tracing });
    const outcome = failure
      ? failedOutcome(failure, 0)
      : await this.run(domain, {
          requestId,
          tracing,
          clientContext,
          onResponse,
          body: JSON.stringify(payload ?? null),
        });
    domain.emit("platform.report", reportRecord(outcome, requestId, tracing));
    return {
      ...outcomeResult(outcome, requestId),
      billedDurationMs: 0,
      extensionOverheadMs: 0,
      coldStart: false,
      environmentId: this.id,
    };
  }

  private get timeoutMs(): number {
    return this.options.function.timeoutSeconds * 1_000;
  }

  /** On Lambda an invocation that finds no free worker is rejected, and its invoker retries; here it waits. */
  private async awaitWorker(domain: RuntimeDomain, deadline: number): Promise<Failure | undefined> {
    const failure = await domain.awaitWorker(deadline);
    if (failure?.status !== "timeout") return failure;
    const { name, timeoutSeconds } = this.options.function;
    throw new Error(
      `function ${name}: no worker of its runtime has become free in ${timeoutSeconds} seconds`,
    );
  }

  private async run(
    domain: RuntimeDomain,
    { requestId, tracing, body, ...passed }: Invocation,
  ): Promise<InvokeOutcome> {
    const deadlineMs = Date.now() + this.timeoutMs;
    const { arn: invokedFunctionArn, timeoutSeconds } = this.options.function;
    const invocation = {
      requestId,
      deadlineMs,
      invokedFunctionArn,
      traceHeader: tracing.value,
      payload: body,
      ...passed,
    };
    const outcome = await domain.invokeBeside(invocation);
    return outcome.failure?.status === "timeout"
      ? { ...outcome, failure: timedOut(timeoutSeconds) }
      : outcome;
  }
}

/** The record of `platform.report`, which on Managed Instances contains neither memory nor billing. */
function reportRecord(outcome: InvokeOutcome, requestId: string, tracing: Tracing): Record<string, unknown> {
  const { status, failure, answer, durationMs } = outcome;
  const errorType =
    failure?.errorType ?? (status === "error" ? functionErrorType(answer?.errorType) : undefined);
  const spans = runtimeSpans(outcome).filter(({ name }) => name !== "runtimeOverhead");
  return {
    requestId,
    // A process that exited counts as an error of the function here.
    status: status === "failure" ? "error" : status,
    ...(errorType === undefined ? {} : { errorType }),
    metrics: { durationMs },
    tracing,
    ...(spans.length === 0 ? {} : { spans }),
  };
}
