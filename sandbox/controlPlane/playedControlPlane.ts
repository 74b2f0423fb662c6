import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { answerIam, type IamStore, refused } from "./iamApi";
import { answerLambda, type LambdaStore, operationOf } from "./lambdaApi";
import { type PlayedFunction, Refusal, type StoredFunction } from "./playedFunction";
import { answerTagging } from "./taggingApi";
import { TokenBucket } from "./tokenBucket";

/** A request, as passed to `fault`. */
export interface PlayedRequest {
  /** Number of the request since the start, from 1. */
  number: number;
  region: string;
  operation: string;
  /** Name of the function, or of the role. */
  target: string;
}

/** Options of {@link startPlayedControlPlane}. */
export interface PlayedControlPlaneOptions {
  /** Duration of an update in milliseconds. Default: 0. */
  updateMs?: number;
  /** Milliseconds until a change of a role's policies is visible to reads. Default: 0. */
  iamLagMs?: number;
  /** Limits of requests per second to a region's Lambda API: GetFunction, and all others. Default: none. */
  limits?: { getFunction: number; others: number };
  /**
   * Called before a request is processed: throws a refusal, changes the store, or makes the request stay unanswered.
   */
  fault?: (request: PlayedRequest) => "unanswered" | undefined;
}

/** Lambda's control plane and IAM's inline policies for any number of functions and regions, in this process. */
export interface PlayedControlPlane extends LambdaStore, IamStore {
  endpoint: string;
  options: PlayedControlPlaneOptions;
  /** Requests by region and operation. */
  counts: Map<string, number>;
  /** Requests that were rejected by rate limits. */
  throttled: number;
  add(
    region: string,
    name: string,
    more?: Partial<PlayedFunction>,
    tags?: Record<string, string>,
  ): StoredFunction;
  stop(): Promise<void>;
}

/** Starts the server on a free loopback port. */
export async function startPlayedControlPlane(
  options: PlayedControlPlaneOptions = {},
): Promise<PlayedControlPlane> {
  const now = () => performance.now();
  const buckets = new Map<string, TokenBucket>();
  const server = createServer((request, response) => {
    void answer(plane, buckets, request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const plane: PlayedControlPlane = {
    endpoint: `http://127.0.0.1:${port}`,
    functions: new Map(),
    roles: new Map(),
    recentChanges: [],
    iamLagMs: options.iamLagMs ?? 0,
    options,
    counts: new Map(),
    throttled: 0,
    now,
    updateMs: options.updateMs ?? 0,
    add: (...of) => addFunction(plane, ...of),
    async stop() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
  return plane;
}

function addFunction(
  plane: PlayedControlPlane,
  region: string,
  name: string,
  more: Partial<PlayedFunction> = {},
  tags: Record<string, string> = {},
): StoredFunction {
  const configuration: PlayedFunction = {
    FunctionName: name,
    FunctionArn: `arn:aws:lambda:${region}:123456789012:function:${name}`,
    Role: `arn:aws:iam::123456789012:role/${name}`,
    Runtime: "nodejs22.x",
    PackageType: "Zip",
    Architectures: ["x86_64"],
    MemorySize: 512,
    Timeout: 10,
    RevisionId: randomUUID(),
    LastModified: "2026-01-31T12:00:00.000+0000",
    State: "Active",
    LastUpdateStatus: "Successful",
    ...more,
  };
  const stored = { region, configuration, tags };
  plane.functions.set(`${region}/${name}`, stored);
  const role = configuration.Role.split("/").pop() ?? "";
  if (!plane.roles.has(role)) plane.roles.set(role, new Map());
  return stored;
}

async function answer(
  plane: PlayedControlPlane,
  buckets: Map<string, TokenBucket>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  const url = new URL(request.url ?? "/", "http://played");
  const [, region = "", service] =
    /Credential=[^/]+\/\d+\/([^/]+)\/([^/]+)\//.exec(request.headers.authorization ?? "") ?? [];
  try {
    if (service === "iam") {
      const parameters = new URLSearchParams(text);
      const operation = parameters.get("Action") ?? "";
      if (count(plane, { region, operation, target: parameters.get("RoleName") ?? "" })) return;
      const { status, body } = answerIam(plane, parameters);
      response.writeHead(status, { "content-type": "text/xml" }).end(body);
      return;
    }
    if (service === "tagging") {
      if (count(plane, { region, operation: "GetResources", target: "" })) return;
      send(response, 200, answerTagging(plane.functions.values(), { region, body: JSON.parse(text) }));
      return;
    }
    const lambda = { method: request.method ?? "", region, url, body: text === "" ? {} : JSON.parse(text) };
    const operation = operationOf(lambda);
    throttle(plane, buckets, region, operation);
    if (count(plane, { region, operation, target: decodeURIComponent(url.pathname.split("/")[3] ?? "") }))
      return;
    send(response, 200, answerLambda(plane, lambda));
  } catch (error) {
    refuse(response, service, error);
  }
}

/** Counts a request. @returns whether it stays unanswered. */
function count(plane: PlayedControlPlane, request: Omit<PlayedRequest, "number">): boolean {
  const key = `${request.region} ${request.operation}`;
  plane.counts.set(key, (plane.counts.get(key) ?? 0) + 1);
  const number = [...plane.counts.values()].reduce((sum, one) => sum + one, 0);
  return plane.options.fault?.({ number, ...request }) === "unanswered";
}

function throttle(
  plane: PlayedControlPlane,
  buckets: Map<string, TokenBucket>,
  region: string,
  operation: string,
): void {
  const { limits } = plane.options;
  if (limits === undefined) return;
  const isGet = operation === "GetFunction";
  const key = `${region} ${isGet}`;
  const bucket = buckets.get(key) ?? new TokenBucket(isGet ? limits.getFunction : limits.others, plane.now);
  buckets.set(key, bucket);
  if (bucket.take()) return;
  plane.throttled += 1;
  throw new Refusal(429, "TooManyRequestsException", "Rate exceeded");
}

function refuse(response: ServerResponse, service: string | undefined, error: unknown): void {
  if (!(error instanceof Refusal)) {
    send(response, 500, { Message: String(error) });
    return;
  }
  if (service === "iam") {
    const { status, body } = refused(error.status, error.type, error.message);
    response.writeHead(status, { "content-type": "text/xml" }).end(body);
    return;
  }
  response.setHeader("x-amzn-errortype", error.type);
  send(response, error.status, { Message: error.message, Type: "User" });
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json", "x-amzn-requestid": randomUUID() });
  response.end(JSON.stringify(body));
}
