import { randomUUID } from "node:crypto";
import { type Failure, failureReason } from "../core/failure";
import { EnvironmentBase } from "./base";
import type { InvocationResult, InvokeOptions, StartMetrics } from "./invocation";
import { OnDemandEnvironment, type Readiness } from "./onDemand";
import type { EnvironmentOptions } from "./parts";
import { phaseStatus, roundMs } from "./runtimeDomain";

/** Lambda's limit on the init phase before a snapshot: this, or the function's timeout when that is longer. */
const INIT_TIMEOUT_MS = 130_000;
/** Lambda's limit on loading the runtime and running its hooks after a restore. */
const RESTORE_TIMEOUT_MS = 10_000;

interface Restore {
  failure?: Failure;
  metrics: Required<Pick<StartMetrics, "restoreDurationMs" | "billedRestoreDurationMs">>;
}

/**
 * An execution environment with SnapStart. Its snapshot is the environment itself, stopped after the init phase; so
 * each environment has its own init phase, while Lambda restores one snapshot many times. The first invocation restores
 * it. An environment whose restore or invocation failed is discarded, and another one has to replace it.
 */
export class SnapStartEnvironment extends OnDemandEnvironment {
  private snapshot = false;
  private restored: Readiness | undefined;

  /** Creates the environment without starting anything in it. */
  static override create(options: EnvironmentOptions): Promise<SnapStartEnvironment> {
    return EnvironmentBase.open(options, (parts) => new SnapStartEnvironment(options, parts));
  }

  override get unhealthy(): boolean {
    return this.domain === undefined;
  }

  /**
   * The init phase, then the snapshot: nothing runs any more, and connections to the outside are closed, if there are
   * namespaces.
   * @throws why the environment can't be initialized.
   */
  override async provision(): Promise<void> {
    const limit = Math.max(INIT_TIMEOUT_MS, this.options.function.timeoutSeconds * 1_000);
    const { failure } = await this.initialize("snap-start", limit);
    if (failure) throw new Error(failureReason(failure));
    await this.freeze();
    await this.parts.supervisor.breakConnections(this.parts.server.port);
    this.snapshot = true;
  }

  override async invoke(payload: unknown, options?: InvokeOptions): Promise<InvocationResult> {
    if (this.snapshot) {
      const { failure, metrics } = await this.restore();
      if (failure) return this.notRestored(failure, metrics);
      this.restored = { coldStart: true, billedMs: metrics.billedRestoreDurationMs, metrics };
    }
    return super.invoke(payload, options);
  }

  protected override async becomeReady(): Promise<Readiness> {
    const { restored } = this;
    this.restored = undefined;
    return restored ?? super.becomeReady();
  }

  private async restore(): Promise<Restore> {
    this.snapshot = false;
    const startedAt = performance.now();
    this.domain?.emit("platform.restoreStart", this.domain.description);
    await this.thaw();
    const resumedAt = performance.now();
    const failure = await this.domain?.restore(Date.now() + RESTORE_TIMEOUT_MS);
    const endedAt = performance.now();
    const metrics = {
      restoreDurationMs: roundMs(endedAt - startedAt),
      billedRestoreDurationMs: Math.ceil(endedAt - resumedAt),
    };
    this.domain?.emit("platform.restoreRuntimeDone", phaseStatus(failure));
    const durationMs = metrics.restoreDurationMs;
    this.domain?.emit("platform.restoreReport", { ...phaseStatus(failure), metrics: { durationMs } });
    if (failure) await this.endDomain(failure.status === "timeout" ? "timeout" : "failure");
    return { failure, metrics };
  }

  /** The result if the function did not run: Lambda's Invoke API returns these errors then. */
  private notRestored(failure: Failure, metrics: StartMetrics): InvocationResult {
    const requestId = randomUUID();
    const late = failure.status === "timeout";
    const seconds = RESTORE_TIMEOUT_MS / 1_000;
    return {
      requestId,
      status: failure.status,
      payload: {
        errorType: late ? "SnapStartTimeoutException" : "SnapStartException",
        errorMessage: late
          ? `The snapshot could not be restored within ${seconds} seconds`
          : `The snapshot could not be restored: ${failureReason(failure)}`,
      },
      functionError: "Unhandled",
      durationMs: 0,
      billedDurationMs: metrics.billedRestoreDurationMs ?? 0,
      ...metrics,
      extensionOverheadMs: 0,
      coldStart: true,
      environmentId: this.id,
    };
  }
}
