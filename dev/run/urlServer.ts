import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { InvocationResult, InvokeOptions } from "../../sandbox";
import {
  functionOfHost,
  hostLabel,
  json,
  type UrlAnswer,
  type UrlRequest,
  urlAnswer,
  urlEvent,
} from "./functionUrl";
import { StreamedAnswer } from "./streamedAnswer";

/** The functions' URLs on this machine. */
export interface UrlServer {
  port: number;
  /** The URL of a function. */
  urlOf: (name: string) => string;
  close: () => Promise<void>;
}

/** The functions as the server needs them. */
export interface UrlFunctions {
  names: () => readonly string[];
  invoke: (name: string, event: unknown, options: InvokeOptions) => Promise<InvocationResult>;
}

/**
 * Serves all function URLs on one port of 127.0.0.1: `http://orders.localhost:<port>/` is the function `orders`; a single function
 * is also `http://127.0.0.1:<port>/`.
 * @param port 0 for a free one.
 * @throws if the port is in use; the message names it.
 */
export async function startUrlServer(functions: UrlFunctions, port: number): Promise<UrlServer> {
  const server = createServer((request, response) => {
    const streamed = new StreamedAnswer({
      head: (status, headers) => response.writeHead(status, { ...headers }),
      body: (chunk) => response.write(chunk),
    });
    answer(functions, request, urlOf, streamed)
      .catch((error: Error) => json(502, { message: error.message }))
      .then((answered) => finish(response, answered, streamed.begun));
  });
  await new Promise<void>((listening, failed) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      failed(
        error.code === "EADDRINUSE"
          ? new Error(
              `port ${port} is in use, perhaps by another \`dev\`: choose another one with --port, or omit the option`,
            )
          : error,
      ),
    );
    server.listen(port, "127.0.0.1", listening);
  });
  const { port: bound } = server.address() as AddressInfo;
  const urlOf = (name: string) =>
    functions.names().length === 1
      ? `http://127.0.0.1:${bound}/`
      : `http://${hostLabel(name)}.localhost:${bound}/`;
  const close = () =>
    new Promise<void>((closed) => {
      server.close(() => closed());
      server.closeAllConnections();
    });
  return { port: bound, urlOf, close };
}

/** Ends a response. A stream that has begun is aborted if the function fails, as on Lambda. */
function finish(response: ServerResponse, { status, headers, body }: UrlAnswer, isStreamed: boolean): void {
  if (!isStreamed) response.writeHead(status, { ...headers }).end(body);
  else if (status === 502) response.destroy();
  else response.end();
}

async function answer(
  functions: UrlFunctions,
  request: IncomingMessage,
  urlOf: (name: string) => string,
  streamed: StreamedAnswer,
): Promise<UrlAnswer> {
  const names = functions.names();
  const name = functionOfHost(request.headers.host, names);
  if (name === undefined) {
    const addresses = names.map((known) => urlOf(known)).join(", ");
    return json(404, {
      message: `No function has the address ${request.headers.host}. Addresses: ${addresses}`,
    });
  }
  const event = urlEvent(urlOf(name), await readRequest(request), new Date(), randomUUID());
  const onResponse: InvokeOptions["onResponse"] = (chunk, type) => streamed.push(chunk, type);
  const { payload, functionError } = await functions.invoke(name, event, { onResponse });
  return urlAnswer(payload, functionError !== undefined);
}

async function readRequest(request: IncomingMessage): Promise<UrlRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const headers = Object.entries(request.headers).map(([name, value]) => [
    name,
    [value ?? ""].flat().join(","),
  ]);
  return {
    method: request.method ?? "GET",
    path: request.url ?? "/",
    headers: Object.fromEntries(headers),
    body: Buffer.concat(chunks),
    sourceIp: request.socket.remoteAddress ?? "127.0.0.1",
  };
}
