import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Readable } from "node:stream";
import { type DeliveryResult, deliveryResult } from "../plan/backfill";
import type { TelemetryEvent } from "../plan/history";
import { extensionName } from "./extensionFile";
import { type ProcessMark, processMark } from "./processMark";

/** Milliseconds that the extension has for a delivery: it retries failures within that time. */
const deliveryMs = 60_000;
/** Additional milliseconds before it is ended. */
const graceMs = 15_000;

/** What a delivery needs. */
export interface ExtensionRun {
  /** The executable. */
  path: string;
  /** Its environment variables. @param runtimeApi host and port of Lambda's API. */
  environment(runtimeApi: string): Record<string, string>;
  events: readonly TelemetryEvent[];
  /** Called with its process once that is started, before it is given the events. */
  started(process: ProcessMark): void;
}

/**
 * Passes events to the extension as Lambda would at the end of an execution environment, and waits until it has sent
 * them. Each process handles one delivery: what it could not send is known once it has ended.
 * @throws if it cannot be started or does not end.
 */
export async function deliverByExtension({
  path,
  environment,
  events,
  started,
}: ExtensionRun): Promise<DeliveryResult> {
  const api = new PlayedLambda(events);
  const address = await api.listen();
  try {
    const stderr = await ended(spawnExtension(path, environment(address), started), api);
    if (!api.wasDelivered)
      throw new Error(`the extension ended before it took the lines: ${lastLine(stderr)}`);
    return deliveryResult(stderr);
  } finally {
    await api.close();
  }
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) || "it wrote nothing";
}

function spawnExtension(
  path: string,
  env: Record<string, string>,
  started: ExtensionRun["started"],
): ChildProcessByStdio<null, null, Readable> {
  // Outside the terminal's process group, so that it can complete its work after Ctrl-C.
  const child = spawn(path, { env, stdio: ["ignore", "ignore", "pipe"], detached: true });
  const mark = child.pid === undefined ? undefined : processMark(child.pid);
  if (mark !== undefined) started(mark);
  return child;
}

/** Waits for the executable's end. @returns its standard error. */
function ended(child: ChildProcessByStdio<null, null, Readable>, api: PlayedLambda): Promise<string> {
  return new Promise((resolve, reject) => {
    let stderr = "";
    const limit = setTimeout(() => child.kill("SIGKILL"), deliveryMs + graceMs);
    const done = (settle: () => void) => {
      clearTimeout(limit);
      settle();
    };
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString("utf8");
    });
    api.failed = (error) => {
      child.kill("SIGKILL");
      done(() => reject(error));
    };
    child.on("error", (error) =>
      done(() => reject(new Error(`${extensionName} cannot be started: ${error.message}`))),
    );
    child.on("close", (code) =>
      done(() => {
        if (code === 0) resolve(stderr);
        else reject(new Error(`${extensionName} ended with ${code ?? "SIGKILL"}: ${lastLine(stderr)}`));
      }),
    );
  });
}

/**
 * The parts of Lambda's Extensions API and Telemetry API that a delivery needs: registration, a subscription, and one
 * event, SHUTDOWN, once the batch is delivered.
 */
class PlayedLambda {
  wasDelivered = false;
  /** Called with the error that prevents the batch from being delivered. */
  failed: (error: Error) => void = () => {};
  private readonly server: Server;
  private telemetryPort: number | undefined;

  constructor(private readonly events: readonly TelemetryEvent[]) {
    this.server = createServer((incoming, answer) => {
      this.answer(incoming, answer).catch((error: Error) => this.failed(error));
    });
  }

  /** @returns host and port. */
  async listen(): Promise<string> {
    await new Promise<void>((resolve, reject) => {
      this.server.once("error", reject);
      this.server.listen(0, "127.0.0.1", resolve);
    });
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async answer(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    const body = await bodyOf(incoming);
    const path = incoming.url ?? "";
    if (path.endsWith("/extension/register")) {
      answer.setHeader("lambda-extension-identifier", "backfill");
      answer.end("{}");
    } else if (path.endsWith("/telemetry")) {
      const { destination } = JSON.parse(body) as { destination: { URI: string } };
      this.telemetryPort = Number(new URL(destination.URI).port);
      answer.end("OK");
    } else if (path.endsWith("/extension/event/next")) {
      await this.deliver();
      const deadlineMs = Date.now() + deliveryMs;
      answer.end(JSON.stringify({ eventType: "SHUTDOWN", shutdownReason: "spindown", deadlineMs }));
    } else {
      answer.statusCode = 404;
      answer.end();
    }
  }

  private async deliver(): Promise<void> {
    if (this.wasDelivered) return;
    if (this.telemetryPort === undefined) throw new Error("the extension did not subscribe to telemetry");
    await post(this.telemetryPort, JSON.stringify(this.events));
    this.wasDelivered = true;
  }
}

async function bodyOf(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString("utf8");
}

function post(port: number, body: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const sent = request({ host: "127.0.0.1", port, method: "POST", path: "/", headers }, (answer) => {
      answer.resume();
      answer.on("end", () =>
        answer.statusCode === 200
          ? resolve()
          : reject(new Error(`the extension answered ${answer.statusCode}`)),
      );
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
