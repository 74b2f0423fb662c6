import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { performance } from "node:perf_hooks";
import { text } from "node:stream/consumers";
import { type Delivered, type Subscription, TelemetryDelivery } from "./telemetryDelivery";
import { initEvents, type TelemetryEvent } from "./telemetryEvents";

const accountId = "123456789012";
const description = { functionName: "bench", functionVersion: "$LATEST", handler: "index.handler" };
const identifier = "lambda-extension-identifier";

/** The Extensions API and the Telemetry API of one execution environment with one extension. */
export class LambdaApi {
  /** How often the extension has requested its next event. */
  asked = 0;
  readonly errors: string[] = [];
  /** The event for the function's runtime, if there is one. */
  runtimeEvent = "{}";
  /** `host:port`, for AWS_LAMBDA_RUNTIME_API. */
  readonly address: string;
  private readonly delivery: TelemetryDelivery;
  private readonly extensionId = randomUUID();
  private extensionName = "";
  private subscription: Subscription | undefined;
  private waiting: ServerResponse | undefined;
  private lastAskedAt = 0;
  private onAsked: (at?: number) => void = () => {};

  private constructor(private readonly server: Server) {
    this.address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    this.delivery = new TelemetryDelivery(this.address);
    server.on("request", (request, response) => {
      this.answer(request, response).catch((error: Error) => this.errors.push(error.message));
    });
  }

  static async start(): Promise<LambdaApi> {
    const server = createServer({ keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    return new LambdaApi(server);
  }

  get takesLines(): boolean {
    return this.subscription?.types.includes("function") ?? false;
  }

  get isWaiting(): boolean {
    return this.waiting !== undefined;
  }

  /**
   * When the extension next requested an event after `count` requests; undefined if it does not in time, or before the
   * end.
   */
  askedAfter(count: number, timeoutMs: number): Promise<number | undefined> {
    if (this.asked > count) return Promise.resolve(this.lastAskedAt);
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.onAsked(), timeoutMs);
      this.onAsked = (at) => {
        clearTimeout(timer);
        resolve(at);
      };
    });
  }

  invoke(requestId: string): void {
    this.send(requestId, {
      eventType: "INVOKE",
      deadlineMs: Date.now() + 30_000,
      requestId,
      invokedFunctionArn: `arn:aws:lambda:us-east-1:${accountId}:function:bench`,
      tracing: {
        type: "X-Amzn-Trace-Id",
        value: "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1",
      },
    });
  }

  shutdown(): void {
    const deadlineMs = Date.now() + 2000;
    this.send(randomUUID(), { eventType: "SHUTDOWN", shutdownReason: "spindown", deadlineMs });
  }

  /** Delivers events that the extension subscribed to; resolves when it has answered them. */
  deliver(events: readonly TelemetryEvent[]): Promise<Delivered[]> {
    return this.subscription ? this.delivery.deliver(this.subscription, events) : Promise.resolve([]);
  }

  close(): void {
    this.onAsked();
    this.errors.push(...this.delivery.errors);
    this.delivery.close();
    this.server.close();
    this.server.closeAllConnections();
  }

  private send(id: string, event: object): void {
    const response = this.waiting;
    this.waiting = undefined;
    if (!response) throw new Error("the extension does not wait for an event");
    respond(response, 200, event, { "Lambda-Extension-Event-Identifier": id });
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const at = performance.now();
    response.socket?.setNoDelay(true);
    const path = (request.url ?? "").replace(/\?.*/, "").replace(/\/$/, "");
    if (path === "/2020-01-01/extension/event/next") {
      request.resume();
      this.waiting = response;
      this.asked++;
      this.lastAskedAt = at;
      return this.onAsked(at);
    }
    const body = await text(request);
    if (path === "/2020-01-01/extension/register") return this.register(request, response);
    if (path === "/2018-06-01/runtime/invocation/next") {
      const heading = { "Lambda-Runtime-Aws-Request-Id": "r-1", "Content-Length": this.runtimeEvent.length };
      response.writeHead(200, heading).end(this.runtimeEvent);
      return;
    }
    if (path.startsWith("/2018-06-01/runtime/")) return respond(response, 202, {});
    if (request.headers[identifier] !== this.extensionId)
      return respond(response, 403, { errorType: "Extension.InvalidExtensionIdentifier" });
    if (path === "/2022-07-01/telemetry" || path === "/2020-08-15/logs")
      return this.subscribe(JSON.parse(body), response);
    if (/^\/2020-01-01\/extension\/(init|exit)\/error$/.test(path)) {
      this.errors.push(
        `the extension reported ${request.headers["lambda-extension-function-error-type"]}: ${body}`,
      );
      return respond(response, 202, { status: "OK" });
    }
    respond(response, 404, { errorType: "NotFound", errorMessage: path });
  }

  private register(request: IncomingMessage, response: ServerResponse): void {
    this.extensionName = String(request.headers["lambda-extension-name"]);
    const withAccount = /accountId/i.test(String(request.headers["lambda-extension-accept-feature"]));
    respond(response, 200, withAccount ? { ...description, accountId } : description, {
      "Lambda-Extension-Identifier": this.extensionId,
    });
  }

  private subscribe(asked: Asked, response: ServerResponse): void {
    const { maxItems = 10_000, maxBytes = 262_144 } = asked.buffering ?? {};
    const { types = [], destination } = asked;
    const uri = destination?.URI ?? destination?.uri;
    if (uri === undefined || destination?.protocol === "TCP") {
      respond(response, 400, { errorType: "ValidationError", errorMessage: "destination" });
      return;
    }
    const local = uri.replace(/\/\/sandbox(\.localdomain|\.local)?(?=[:/]|$)/, "//127.0.0.1");
    this.subscription = { types, maxItems, maxBytes, uri: local };
    respond(response, 200, "OK");
    this.deliver(initEvents(this.extensionName, types)).catch(() => {});
  }
}

/** A request for telemetry, of either API. */
interface Asked {
  types?: string[];
  buffering?: { maxItems?: number; maxBytes?: number };
  destination?: { protocol?: string; URI?: string; uri?: string };
}

function respond(response: ServerResponse, status: number, body: object | string, headers = {}): void {
  const content = typeof body === "string" ? body : JSON.stringify(body);
  response.writeHead(status, {
    "content-type": "application/json",
    "content-length": Buffer.byteLength(content),
    ...headers,
  });
  response.end(content);
}
