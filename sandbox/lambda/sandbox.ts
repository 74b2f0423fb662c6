import type { Socket } from "node:net";
import type { TelemetryEvent } from "./core/telemetryEvent";
import type { EnvironmentBase } from "./environment/base";
import type { InvocationResult, InvokeOptions } from "./environment/invocation";
import { ManagedEnvironment } from "./environment/managed";
import { OnDemandEnvironment } from "./environment/onDemand";
import { type EnvironmentSlot, takeSlot } from "./environment/slot";
import { SnapStartEnvironment } from "./environment/snapStart";
import { checkFunctionDefinition } from "./function/check";
import type { FunctionDefinition } from "./function/definition";
import { completeManaged, isManaged } from "./function/managedInstances";
import { findRuntime, type LambdaRuntime } from "./function/runtimes";
import { isSnapStart } from "./function/snapStart";
import { checkTenantId } from "./function/tenantIsolation";
import type { EnvironmentDirectories } from "./isolation/directories";
import { LayerCache } from "./isolation/layerCache";
import { findIsolation, type Isolation } from "./isolation/probe";
import { needsMerged } from "./isolation/supervisor";
import type { LogSink } from "./logs/sink";

export interface SandboxOptions {
  function: FunctionDefinition;
  /**
   * Ports of this machine's loopback that function and extensions can reach at 127.0.0.1 and the same port. Default:
   * none.
   */
  hostPorts?: number[];
  /**
   * Environment variables that only a sandbox sets, such as AWS_ENDPOINT_URL. The function's own variables take
   * precedence.
   */
  platformEnvironment?: Record<string, string>;
  /**
   * Maximum number of execution environments; further invocations wait for one. Default 1. On Managed Instances each
   * accepts several invocations at a time.
   */
  maxConcurrency?: number;
  /** The destination of the lines that Lambda writes to CloudWatch Logs. Default: none. */
  logSink?: LogSink;
  /** Called with every telemetry event of every environment when it happens. */
  onEvent?: (event: TelemetryEvent, environmentId: string) => void;
  /** Called once for each difference from Lambda. Default: writes a line to standard error. */
  onNotice?: (notice: string) => void;
  /** Where zips are unpacked. Default: the user's cache directory. */
  cacheDirectory?: string;
  /** Where the runtime interface clients are. Default: where the set-up puts them. */
  runtimesDirectory?: string;
  /** How processes are isolated. Default: the strongest isolation that works here. */
  isolation?: Isolation;
  /** Bytes of undelivered telemetry above which a subscriber's log lines are dropped. Default 8 MiB. */
  maxPendingTelemetryBytes?: number;
  /** Milliseconds that external extensions have in the shutdown phase. Default 2,000, as on Lambda. */
  shutdownMs?: number;
  /** Whether an environment is frozen between invocations, as on Lambda; a debugger cannot attach to one that is. Default: true. */
  freezes?: boolean;
}

const noticed = new Set<string>();

function noticeOnce(notice: string | undefined, tell: (notice: string) => void): void {
  if (notice === undefined || noticed.has(notice)) return;
  noticed.add(notice);
  tell(notice);
}

/** A local Lambda for one function: scales out execution environments and reuses idle ones. */
export class Sandbox {
  /** Every telemetry event of every environment so far, in order. */
  readonly events: TelemetryEvent[] = [];
  private readonly environments = new Map<EnvironmentBase, EnvironmentSlot | undefined>();
  /** Each environment, once for every further invocation that it can accept. */
  private idle: EnvironmentBase[] = [];
  private readonly waiting: (() => void)[] = [];
  private readonly underWay = new Set<Promise<unknown>>();
  private starting = 0;
  private closed = false;

  private constructor(
    private readonly options: SandboxOptions,
    readonly isolation: Isolation,
    private readonly runtime: LambdaRuntime,
    private readonly directories: EnvironmentDirectories,
  ) {}

  /**
   * Checks the function and unpacks its code and layers. As on Lambda, the first invocation initializes, except with
   * provisioned concurrency, on Managed Instances and with SnapStart: then all environments are ready before this returns.
   * @throws when Lambda would not accept the function, its runtime does not run here, or an environment can't be
   * provisioned.
   */
  static async start(options: SandboxOptions): Promise<Sandbox> {
    const { function: given, onNotice = console.error } = options;
    checkFunctionDefinition(given);
    const definition = completeManaged(given);
    const found = findRuntime(definition.runtime, options.runtimesDirectory);
    const unframed = definition.packageType === "Image" || isManaged(definition);
    const runtime = unframed ? { ...found, framedLogs: false } : found;
    const isolation = options.isolation ?? (await findIsolation());
    noticeOnce(isolation.notice, onNotice);
    noticeOnce(runtime.notice, onNotice);
    const cache = new LayerCache(options.cacheDirectory);
    const [task, ...layers] = await Promise.all(
      [definition.code, ...optDirectories(definition)].map((path) => cache.unpack(path)),
    );
    const merged = layers.length > 0 && needsMerged(isolation.mode) ? await cache.merge(layers) : undefined;
    const directories = { task, layers: [...layers].reverse(), merged };
    const sandbox = new Sandbox({ ...options, function: definition }, isolation, runtime, directories);
    if ((definition.initializationType ?? "on-demand") !== "on-demand") await sandbox.provision();
    return sandbox;
  }

  /**
   * Runs the function once, in an idle environment, else in a new one, else in the next that becomes idle.
   * @param payload the event: any JSON value.
   */
  async invoke(payload?: unknown, options: InvokeOptions = {}): Promise<InvocationResult> {
    const invocation = this.invokeIn(payload, options);
    this.underWay.add(invocation);
    try {
      return await invocation;
    } finally {
      this.underWay.delete(invocation);
    }
  }

  /** Opens a connection to a port of the newest environment's loopback; undefined while there is no environment. */
  connect(port: number): Socket | undefined {
    return [...this.environments.keys()].at(-1)?.connect(port);
  }

  /** Lets invocations in progress complete, then shuts every environment down. */
  async shutdown(): Promise<void> {
    this.closed = true;
    for (const wake of this.waiting.splice(0)) wake();
    await Promise.allSettled(this.underWay);
    const results = await Promise.allSettled(
      [...this.environments.keys()].map((environment) => this.remove(environment)),
    );
    const failed = results.find((result) => result.status === "rejected");
    if (failed) throw failed.reason;
  }

  private async invokeIn(payload: unknown, options: InvokeOptions): Promise<InvocationResult> {
    const { tenantId } = options;
    checkTenantId(this.options.function, tenantId);
    const environment = await this.acquire(tenantId);
    environment.tenantId = tenantId;
    try {
      return await environment.invoke(payload, options);
    } finally {
      // The other functions first: they take the slot only when it is idle.
      this.environments.get(environment)?.becameIdle();
      this.offer(environment, 1);
      if (environment.unhealthy) await this.evict(environment);
    }
  }

  /** Creates all environments before any invocation. */
  private async provision(): Promise<void> {
    const environments: EnvironmentBase[] = [];
    try {
      for (let made = 0; made < this.most; made += 1) {
        const environment = await this.create();
        environments.push(environment);
        await environment.provision();
      }
    } catch (error) {
      await this.shutdown();
      const { message } = error as Error;
      throw new Error(`function ${this.options.function.name}: can't provision an environment: ${message}`, {
        cause: error,
      });
    }
    for (const environment of environments) this.offer(environment, environment.concurrency);
  }

  private get most(): number {
    return this.isolation.mode === "none" ? 1 : (this.options.maxConcurrency ?? 1);
  }

  /** With tenant isolation, an idle environment of another tenant is replaced by one of this tenant. */
  private async acquire(tenantId: string | undefined): Promise<EnvironmentBase> {
    for (;;) {
      if (this.closed) throw new Error(`the sandbox of ${this.options.function.name} has been shut down`);
      const unhealthy = this.idle.find((each) => each.unhealthy);
      if (unhealthy && (await this.evict(unhealthy))) continue;
      const idle = this.idle.filter((each) => !each.unhealthy && each.tenantId === tenantId).pop();
      if (idle) {
        this.idle.splice(this.idle.lastIndexOf(idle), 1);
        return idle;
      }
      if (this.environments.size + this.starting < this.most) return this.open();
      const [foreign] = this.idle.filter((each) => each.tenantId !== tenantId);
      if (foreign && (await this.evict(foreign))) continue;
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  /**
   * An environment for an invocation that found none; on Managed Instances and with SnapStart it replaces one that
   * failed.
   */
  private async open(): Promise<EnvironmentBase> {
    const environment = await this.create();
    if (!isManaged(this.options.function) && !isSnapStart(this.options.function)) return environment;
    try {
      await environment.provision();
    } catch (error) {
      await this.remove(environment);
      throw error;
    }
    this.offer(environment, environment.concurrency - 1);
    return environment;
  }

  private offer(environment: EnvironmentBase, invocations: number): void {
    for (let free = 0; free < invocations; free += 1) {
      this.idle.push(environment);
      this.waiting.shift()?.();
    }
  }

  private get kind(): typeof ManagedEnvironment | typeof OnDemandEnvironment {
    const { function: definition } = this.options;
    if (isManaged(definition)) return ManagedEnvironment;
    return isSnapStart(definition) ? SnapStartEnvironment : OnDemandEnvironment;
  }

  private async create(): Promise<EnvironmentBase> {
    const { isolation, runtime, directories } = this;
    const { hostPorts = [], platformEnvironment = {}, onEvent } = this.options;
    this.starting += 1;
    let slot: EnvironmentSlot | undefined;
    try {
      // Without its own loopback, an environment needs exclusive use of the machine's.
      if (isolation.mode === "none") slot = await takeSlot();
      const environment: EnvironmentBase = await this.kind.create({
        ...this.options,
        runtime,
        isolation,
        directories,
        hostPorts,
        platformEnvironment,
        onEvent: (event) => {
          this.events.push(event);
          onEvent?.(event, environment.id);
        },
      });
      if (slot) slot.evict = () => this.evict(environment);
      this.environments.set(environment, slot);
      return environment;
    } catch (error) {
      slot?.release();
      this.waiting.shift()?.();
      throw error;
    } finally {
      this.starting -= 1;
    }
  }

  /** @returns false when the environment is busy. */
  private async evict(environment: EnvironmentBase): Promise<boolean> {
    const others = this.idle.filter((each) => each !== environment);
    if (this.idle.length - others.length < environment.concurrency) return false;
    this.idle = others;
    await this.remove(environment);
    return true;
  }

  private async remove(environment: EnvironmentBase): Promise<void> {
    const slot = this.environments.get(environment);
    try {
      await environment.shutdown();
    } finally {
      this.environments.delete(environment);
      slot?.release();
      this.waiting.shift()?.();
    }
  }
}

/** The content of /opt: an image has its own, other functions have layers. */
function optDirectories({ layers, imageOpt }: FunctionDefinition): string[] {
  return imageOpt === undefined ? layers : [imageOpt];
}
