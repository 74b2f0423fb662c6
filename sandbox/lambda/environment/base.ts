import { randomBytes, randomUUID } from "node:crypto";
import type { Socket } from "node:net";
import { ContainerCredentials, NO_CREDENTIALS } from "../apis/credentials";
import type { ShutdownReason } from "../apis/extensions";
import type { ApiAnswer, ApiRequest, PendingAnswer } from "../apis/server";
import type { TelemetryEvent } from "../core/telemetryEvent";
import { isSnapStart } from "../function/snapStart";
import { existsForEnvironment, extensionNames } from "../isolation/directories";
import { LogWriter } from "../logs/sink";
import type { InvocationResult, InvokeOptions } from "./invocation";
import { type EnvironmentOptions, type EnvironmentParts, openParts } from "./parts";
import { RuntimeDomain } from "./runtimeDomain";
import { logStreamName } from "./variables";

/** What all kinds of execution environments have in common. */
export abstract class EnvironmentBase {
  readonly id = randomUUID();
  /** With tenant isolation: the tenant of all its invocations. */
  tenantId: string | undefined;
  protected domain: RuntimeDomain | undefined;
  protected readonly logs: LogWriter | undefined;
  private readonly logStream: string;

  protected constructor(
    protected readonly options: EnvironmentOptions,
    protected readonly parts: EnvironmentParts,
  ) {
    const { logSink, function: definition } = options;
    this.logStream = logStreamName(definition.version, new Date(), randomBytes(16).toString("hex"));
    if (logSink) this.logs = new LogWriter(logSink, definition, this.logStream);
  }

  /** Invocations that it accepts at a time. */
  get concurrency(): number {
    return 1;
  }

  /** It accepts no more invocations, so another environment has to replace it. */
  get unhealthy(): boolean {
    return false;
  }

  /** Creates an environment without starting anything in it. */
  protected static async open<E extends EnvironmentBase>(
    options: EnvironmentOptions,
    construct: (parts: EnvironmentParts) => E,
  ): Promise<E> {
    let environment: E | undefined;
    const parts = await openParts(
      options,
      (request) => environment?.handle(request) ?? { status: 503, body: { errorType: "ServiceUnavailable" } },
      (head) => environment?.domain?.listenerOf(head),
    );
    environment = construct(parts);
    return environment;
  }

  /**
   * Initializes before any invocation.
   * @throws why the environment can't be initialized.
   */
  abstract provision(): Promise<void>;

  abstract invoke(payload: unknown, options?: InvokeOptions): Promise<InvocationResult>;

  /** The shutdown phase, then the release of everything that the environment held. */
  async shutdown(): Promise<void> {
    try {
      await this.endDomain(this.unhealthy ? "failure" : "spindown");
    } finally {
      await this.parts.supervisor.close();
      await this.parts.server.close();
      await this.logs?.close();
    }
  }

  /** Opens a connection to a port of the environment's own loopback. */
  connect(port: number): Socket {
    return this.parts.supervisor.connect(port);
  }

  protected newDomain(): RuntimeDomain {
    const { function: definition, runtime, directories, platformEnvironment } = this.options;
    const { processes, conditions, supervisor, paths, api } = this.parts;
    const credentials = isSnapStart(definition)
      ? new ContainerCredentials({ ...NO_CREDENTIALS, ...platformEnvironment })
      : undefined;
    const { logStream } = this;
    this.domain = new RuntimeDomain({
      variables: { function: definition, runtime, api, logStream, platformEnvironment, credentials },
      processes,
      conditions,
      paths,
      connect: (port) => supervisor.connect(port),
      exists: (path) => existsForEnvironment(path, directories, runtime),
      extensionNames: extensionNames(directories.layers),
      instanceId: this.id,
      onEvent: (event) => this.take(event),
      maxPendingTelemetryBytes: this.options.maxPendingTelemetryBytes,
      shutdownMs: this.options.shutdownMs,
    });
    return this.domain;
  }

  protected async endDomain(reason: ShutdownReason): Promise<void> {
    await this.domain?.shutdown(reason);
    this.domain = undefined;
  }

  private handle(request: ApiRequest): ApiAnswer | PendingAnswer | undefined {
    return this.domain?.handle(request);
  }

  private take(event: TelemetryEvent): void {
    this.logs?.event(event);
    this.options.onEvent(event);
  }
}
