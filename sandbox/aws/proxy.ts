import { once } from "node:events";
import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { EmbeddedAws } from "./embeddedAws";

/** A complete call of an AWS service. */
export interface AwsCall {
  method: string;
  path: string;
  headers: Record<string, string>;
  body: Buffer;
}

/** The answer to a call. */
export interface AwsAnswer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}

/** A running proxy: give its endpoint to a client in place of the embedded AWS's. */
export interface AwsProxy {
  /** `http://127.0.0.1:<port>` */
  endpoint: string;
  port: number;
  /** Ends it. May be called twice. */
  stop(): Promise<void>;
}

/** Starts a proxy in front of an embedded AWS: `answer` handles each call. */
export async function startAwsProxy(answer: (call: AwsCall) => Promise<AwsAnswer>): Promise<AwsProxy> {
  const server = createServer((request, response) => {
    readCall(request)
      .then(answer)
      .then(({ status, headers, body }) => response.writeHead(status, headers).end(body))
      .catch((error: unknown) => {
        response.writeHead(500, { "content-type": "text/plain" }).end(String(error));
      });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    port,
    async stop() {
      if (!server.listening) return;
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}

async function readCall(request: IncomingMessage): Promise<AwsCall> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const headers = Object.entries(request.headers).map(([name, value]) => [
    name,
    [value ?? ""].flat().join(","),
  ]);
  const { method = "GET", url: path = "/" } = request;
  return { method, path, headers: Object.fromEntries(headers), body: Buffer.concat(chunks) };
}

/** Lets the embedded AWS answer a call. */
export async function forward(
  aws: EmbeddedAws,
  { method, path, headers, body }: AwsCall,
): Promise<AwsAnswer> {
  const { host: _host, connection: _connection, "content-length": _length, ...passed } = headers;
  const hasBody = method !== "GET" && method !== "HEAD";
  const answer = await fetch(`${aws.endpoint}${path}`, {
    method,
    headers: passed,
    body: hasBody ? new Uint8Array(body) : undefined,
  });
  const bytes = Buffer.from(await answer.arrayBuffer());
  const type = answer.headers.get("content-type");
  const error = answer.headers.get("x-amzn-errortype");
  return {
    status: answer.status,
    headers: { ...(type && { "content-type": type }), ...(error && { "x-amzn-errortype": error }) },
    body: bytes,
  };
}
