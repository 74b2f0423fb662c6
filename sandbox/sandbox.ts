import { ExecutionEnvironment } from "./environment";
import { type EnvironmentDirectories, needsMerged } from "./environmentDirectories";
import { type EnvironmentSlot, takeSlot } from "./environmentSlot";
import { checkFunctionDefinition, type FunctionDefinition } from "./functionDefinition";
import type { InvocationResult, InvokeOptions } from "./invocation";
import { findIsolation, type Isolation } from "./isolation";
import { LayerCache } from "./layerCache";
import type { LogSink } from "./logSink";
import { findRuntime, type LambdaRuntime } from "./runtimes";
import type { TelemetryEvent } from "./telemetryEvent";

export interface SandboxOptions {
  function: FunctionDefinition;
  /** Ports of this machine's loopback that function and extensions may reach at 127.0.0.1 and the same port. Default: none. */
  hostPorts?: number[];
  /** Environment variables that only a sandbox sets, such as AWS_ENDPOINT_URL. The function's own win. */
  platformEnvironment?: Record<string, string>;
  /** Execution environments at most; further invocations wait for one. Default 1. */
  maxConcurrency?: number;
  /** Where the lines go that Lambda writes to CloudWatch Logs. Default: nowhere. */
  logSink?: LogSink;
  /** Called with every telemetry event, of whatever environment, when it happens. */
  onEvent?: (event: TelemetryEvent, environmentId: string) => void;
  /** Called once for each thing that is not as on Lambda here. Default: a line on standard error. */
  onNotice?: (notice: string) => void;
  /** Where zips are unpacked. Default: the user's cache directory. */
  cacheDirectory?: string;
  /** Where the runtime interface clients are. Default: where the set-up puts them. */
  runtimesDirectory?: string;
  /** How processes are kept apart. Default: the strongest way that works here. */
  isolation?: Isolation;
  /** Bytes of undelivered telemetry over which a subscriber's log lines are dropped. Default 8 MiB. */
  maxPendingTelemetryBytes?: number;
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
  private readonly environments = new Map<ExecutionEnvironment, EnvironmentSlot | undefined>();
  private readonly idle: ExecutionEnvironment[] = [];
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
   * provisioned concurrency: then all environments are ready before this returns.
   * @throws when the function is none that Lambda would take, its runtime none that runs here, or an environment can't be
   * provisioned.
   */
  static async start(options: SandboxOptions): Promise<Sandbox> {
    const { function: definition, onNotice = console.error } = options;
    checkFunctionDefinition(definition);
    const found = findRuntime(definition.runtime, options.runtimesDirectory);
    const runtime = definition.packageType === "Image" ? { ...found, framedLogs: false } : found;
    const isolation = options.isolation ?? (await findIsolation());
    noticeOnce(isolation.notice, onNotice);
    noticeOnce(runtime.notice, onNotice);
    const cache = new LayerCache(options.cacheDirectory);
    const [task, ...layers] = await Promise.all(
      [definition.code, ...optDirectories(definition)].map((path) => cache.unpack(path)),
    );
    const merged = layers.length > 0 && needsMerged(isolation.mode) ? await cache.merge(layers) : undefined;
    const sandbox = new Sandbox(options, isolation, runtime, { task, layers: [...layers].reverse(), merged });
    if (definition.initializationType === "provisioned-concurrency") await sandbox.provision();
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

  /** Lets invocations under way come to their end, then shuts every environment down. */
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
    const environment = await this.acquire();
    try {
      return await environment.invoke(payload, options);
    } finally {
      this.idle.push(environment);
      this.environments.get(environment)?.becameIdle();
      this.waiting.shift()?.();
    }
  }

  /** Makes all environments ahead of any invocation. */
  private async provision(): Promise<void> {
    const environments: ExecutionEnvironment[] = [];
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
    this.idle.push(...environments);
  }

  private get most(): number {
    return this.isolation.mode === "none" ? 1 : (this.options.maxConcurrency ?? 1);
  }

  private async acquire(): Promise<ExecutionEnvironment> {
    for (;;) {
      if (this.closed) throw new Error(`the sandbox of ${this.options.function.name} has been shut down`);
      const idle = this.idle.pop();
      if (idle) return idle;
      if (this.environments.size + this.starting < this.most) return this.create();
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    }
  }

  private async create(): Promise<ExecutionEnvironment> {
    const { isolation, runtime, directories } = this;
    const { hostPorts = [], platformEnvironment = {}, onEvent } = this.options;
    this.starting += 1;
    let slot: EnvironmentSlot | undefined;
    try {
      // Without a loopback of its own, an environment needs the machine's for itself.
      if (isolation.mode === "none") slot = await takeSlot();
      const environment: ExecutionEnvironment = await ExecutionEnvironment.create({
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
  private async evict(environment: ExecutionEnvironment): Promise<boolean> {
    const index = this.idle.indexOf(environment);
    if (index < 0) return false;
    this.idle.splice(index, 1);
    await this.remove(environment);
    return true;
  }

  private async remove(environment: ExecutionEnvironment): Promise<void> {
    const slot = this.environments.get(environment);
    try {
      await environment.shutdown();
    } finally {
      this.environments.delete(environment);
      slot?.release();
    }
  }
}

/** What becomes /opt: an image brings its own, other functions have layers. */
function optDirectories({ layers, imageOpt }: FunctionDefinition): string[] {
  return imageOpt === undefined ? layers : [imageOpt];
}
