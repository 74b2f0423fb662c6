import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import * as http from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  type FunctionDefinition,
  type InvocationResult,
  Sandbox,
  type SandboxOptions,
  type TelemetryEvent,
} from "../../../sandbox";

/** An observation of the test extension: an event from `/next`, a delivery of telemetry, or a response of an API. */
export interface Observation {
  kind: "event" | "telemetry" | "api";
  environment: string;
  content: unknown;
}

export interface PlatformRecord {
  requestId?: string;
  status?: string;
  phase?: string;
  errorType?: string;
  tenantId?: string;
  droppedRecords?: number;
  metrics?: Record<string, number>;
}

/** Files and observations of one test; `close` removes and stops everything. */
export class Workbench {
  readonly directory = mkdtempSync(join(tmpdir(), "sandbox-test-"));
  readonly observations: Observation[] = [];
  private readonly server = http.createServer();
  private readonly sandboxes: Sandbox[] = [];
  /** Free on this machine, for the case that functions and extensions share its loopback. */
  private ports: number[] = [];

  static async open(): Promise<Workbench> {
    const bench = new Workbench();
    bench.server.on("request", (request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        bench.observations.push(JSON.parse(Buffer.concat(chunks).toString("utf8")) as Observation);
        response.end();
      });
    });
    await new Promise<void>((resolve) => bench.server.listen(0, "127.0.0.1", resolve));
    bench.ports = await freePorts(2);
    return bench;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  /** Where the test extension listens. */
  get observerPort(): number {
    return this.ports[0];
  }

  /** @returns the directory that holds the files. */
  files(name: string, files: Record<string, string>): string {
    const directory = join(this.directory, name);
    for (const [path, text] of Object.entries(files)) {
      const file = join(directory, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      chmodSync(file, 0o755);
    }
    mkdirSync(directory, { recursive: true });
    return directory;
  }

  /** A layer with the test extension. */
  extensionLayer(name = "observer"): string {
    const script = readFileSync(join(__dirname, "observer.js"), "utf8");
    return this.files(`layer-${name}`, { [`extensions/${name}`]: `#!${process.execPath}\n${script}` });
  }

  nodeFunction(source: string, changes: Partial<FunctionDefinition> = {}): FunctionDefinition {
    const name = changes.name ?? "hello";
    return this.definition({ code: this.files(`code-${name}`, { "index.js": source }), ...changes });
  }

  pythonFunction(source: string, changes: Partial<FunctionDefinition> = {}): FunctionDefinition {
    const code = this.files("code-python", { "app.py": source });
    return this.definition({ runtime: "python3.11", handler: "app.handler", code, ...changes });
  }

  definition(changes: Partial<FunctionDefinition> & { code: string }): FunctionDefinition {
    const name = changes.name ?? "hello";
    return {
      name,
      arn: `arn:aws:lambda:eu-central-1:123456789012:function:${name}`,
      accountId: "123456789012",
      region: "eu-central-1",
      version: "$LATEST",
      runtime: "nodejs20.x",
      handler: "index.handler",
      memorySizeMb: 256,
      timeoutSeconds: 10,
      architecture: process.arch === "arm64" ? "arm64" : "x86_64",
      layers: [],
      ...changes,
      environment: {
        REPORT_PORT: String(this.port),
        OBSERVER_PORT: String(this.observerPort),
        OWN_PORT: String(this.ports[1]),
        ...changes.environment,
      },
    };
  }

  async start(definition: FunctionDefinition, options: Partial<SandboxOptions> = {}): Promise<Sandbox> {
    const sandbox = await Sandbox.start({
      function: definition,
      hostPorts: [this.port],
      cacheDirectory: join(this.directory, "cache"),
      onNotice: () => {},
      ...options,
    });
    this.sandboxes.push(sandbox);
    return sandbox;
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.sandboxes.map((sandbox) => sandbox.shutdown()));
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** The telemetry that the test extension received, in order of delivery. */
  telemetry(): TelemetryEvent[] {
    return this.observed("telemetry").flatMap((content) => content as TelemetryEvent[]);
  }

  /** The events that the test extension received from `/next`. */
  nextEvents(): Record<string, unknown>[] {
    return this.observed("event") as Record<string, unknown>[];
  }

  observed(kind: Observation["kind"]): unknown[] {
    return this.observations.filter((each) => each.kind === kind).map((each) => each.content);
  }
}

async function freePorts(count: number): Promise<number[]> {
  const servers = Array.from({ length: count }, () => http.createServer());
  const listening = servers.map(async (server) => {
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return (server.address() as AddressInfo).port;
  });
  const ports = await Promise.all(listening);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** The records of one platform event type. */
export function records(events: TelemetryEvent[], type: string): PlatformRecord[] {
  return events.filter((event) => event.type === type).map((event) => event.record as PlatformRecord);
}

export function logLines(events: TelemetryEvent[], type = "function"): unknown[] {
  return events.filter((event) => event.type === type).map((event) => event.record);
}

export function errorOf(result: InvocationResult): { errorType?: string; errorMessage?: string } {
  return result.payload as { errorType?: string; errorMessage?: string };
}

/** Waits for an effect of another process; the test's own timeout limits the wait. */
export async function eventually(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
}
