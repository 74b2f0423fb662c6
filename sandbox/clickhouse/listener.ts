import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";

/** A server on a loopback port. */
export interface Listener {
  readonly port: number;
  /** Ends the listener and its connections. */
  close(): Promise<void>;
}

/** As ClickHouse's default; Node.js would close idle connections after 5 s. */
const KEEP_ALIVE_MS = 30_000;

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/**
 * Serves HTTP (or HTTPS) on 127.0.0.1.
 *
 * @param port 0 for a free one
 */
export async function listen(
  port: number,
  certificate: { key: string; cert: string } | undefined,
  handler: Handler,
): Promise<Listener> {
  const onRequest = (request: IncomingMessage, response: ServerResponse): void => {
    handler(request, response).catch((error: unknown) => {
      process.stderr.write(
        `${request.method} ${request.url}: ${error instanceof Error ? error.stack : error}\n`,
      );
      request.socket.destroy();
    });
  };
  const server = certificate ? createTlsServer(certificate, onRequest) : createServer(onRequest);
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return { port: (server.address() as AddressInfo).port, close: () => close(server) };
}

function close(server: Pick<Server, "close" | "closeAllConnections">): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
