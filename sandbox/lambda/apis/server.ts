import * as http from "node:http";
import type { AddressInfo } from "node:net";

export interface ApiRequest {
  method: string;
  /** Without query and without a trailing slash. */
  path: string;
  headers: http.IncomingHttpHeaders;
  /** The trailers of a streamed response. */
  trailers: NodeJS.Dict<string>;
  body: Buffer;
  /** When its headers were complete, by the monotonic clock in milliseconds. */
  begunAt: number;
}

export interface ApiAnswer {
  status: number;
  /** A string is sent as it is, an object as JSON. */
  body: string | Record<string, unknown>;
  headers?: Record<string, string>;
}

/** An answer that is given later: `/next` waits for the next event. */
export class PendingAnswer {
  private send: ((answer: ApiAnswer) => void) | undefined;
  private early: ApiAnswer | undefined;
  /** Called when the client has closed the connection. */
  onGone: () => void = () => {};

  answer(answer: ApiAnswer): void {
    if (this.send) this.send(answer);
    else this.early = answer;
  }

  attach(send: (answer: ApiAnswer) => void): void {
    this.send = send;
    if (this.early) send(this.early);
  }
}

export type ApiHandler = (request: ApiRequest) => ApiAnswer | PendingAnswer;

/** The parts of a request that are known before its body. */
export type ApiRequestHead = Pick<ApiRequest, "method" | "path" | "headers">;

/** Returns who receives the parts of a request's body as they arrive; undefined for nobody. */
export type BodyListener = (head: ApiRequestHead) => ((chunk: Buffer) => void) | undefined;

/** The HTTP server behind AWS_LAMBDA_RUNTIME_API, on the machine's loopback. */
export class ApiServer {
  private constructor(
    private readonly server: http.Server,
    readonly port: number,
  ) {}

  static async start(handler: ApiHandler, listener?: BodyListener): Promise<ApiServer> {
    // Connections stay open while the environment is frozen, so nothing here may run into a timeout.
    const server = http.createServer({ keepAliveTimeout: 0, requestTimeout: 0, headersTimeout: 0 });
    server.on("request", (request: http.IncomingMessage, response: http.ServerResponse) => {
      const begunAt = performance.now();
      const chunks: Buffer[] = [];
      const head = headOf(request);
      const listening = listener?.(head);
      request.socket.setNoDelay(true);
      request.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        listening?.(chunk);
      });
      request.on("end", () => {
        const { trailers } = request;
        respond(handler, { ...head, trailers, body: Buffer.concat(chunks), begunAt }, response);
      });
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, "127.0.0.1", resolve);
    });
    return new ApiServer(server, (server.address() as AddressInfo).port);
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.server.closeAllConnections();
    await closed;
  }
}

function headOf({ url = "/", method = "GET", headers }: http.IncomingMessage): ApiRequestHead {
  return { method, path: url.replace(/\?.*$/s, "").replace(/\/+$/, ""), headers };
}

function respond(handler: ApiHandler, request: ApiRequest, response: http.ServerResponse): void {
  const send = (answer: ApiAnswer) => {
    const text = typeof answer.body === "string" ? answer.body : JSON.stringify(answer.body);
    response.writeHead(answer.status, {
      "content-type": "application/json",
      "content-length": Buffer.byteLength(text),
      ...answer.headers,
    });
    response.end(text);
  };
  const answer = handler(request);
  if (answer instanceof PendingAnswer) {
    answer.attach(send);
    response.on("close", () => answer.onGone());
  } else send(answer);
}
