import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { refusal, securityHeaders } from "./guard";
import { RequestError } from "./query/statement";
import { statementsOf } from "./routes";

/** Something that runs statements and gives rows. It must not let them write. */
export interface RowSource {
  query<Row>(sql: string, parameters?: Readonly<Record<string, string | number>>): Promise<Row[]>;
}

/** What to serve. */
export interface PageOptions {
  source: RowSource;
  /** Folder of the built page: index.html, page.js, style.css. */
  directory: string;
  /** Port on 127.0.0.1. Default: a free one. */
  port?: number;
}

/** A page that is being served. */
export interface ServedPage {
  /** With the token, without which nothing is answered. */
  url: string;
  close(): Promise<void>;
}

const files: Readonly<Record<string, { name: string; type: string }>> = {
  "/": { name: "index.html", type: "text/html; charset=utf-8" },
  "/page.js": { name: "page.js", type: "text/javascript; charset=utf-8" },
  "/style.css": { name: "style.css", type: "text/css; charset=utf-8" },
};

/**
 * Serves the page and its API on 127.0.0.1, for one browser: the address has a token.
 * @throws when the port is taken; the message names it.
 */
export async function servePage({ source, directory, port = 0 }: PageOptions): Promise<ServedPage> {
  const token = randomBytes(16).toString("hex");
  const contents = new Map(
    Object.entries(files).map(([path, { name, type }]) => [
      path,
      { content: readFileSync(join(directory, name)), type },
    ]),
  );
  const server = createServer((request, response) => {
    const { port } = server.address() as AddressInfo;
    const url = new URL(request.url ?? "/", "http://page");
    const file = contents.get(url.pathname);
    const refused = refusal(caller(request, url), port, token);
    // The page's own script and style hold nothing of the user's, and browsers ask for them without the token.
    if (refused !== undefined && (file === undefined || url.pathname === "/" || !/token/.test(refused)))
      return send(response, 403, { error: refused });
    if (file !== undefined) return sendFile(response, file);
    return void answer(source, url).then(({ status, body }) => send(response, status, body));
  });
  await new Promise<void>((listening, failed) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      failed(error.code === "EADDRINUSE" ? new Error(`port ${port} is in use: choose another one`) : error),
    );
    server.listen(port, "127.0.0.1", listening);
  });
  const { port: listening } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${listening}/?token=${token}`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed());
        server.closeAllConnections();
      }),
  };
}

function caller(request: IncomingMessage, url: URL) {
  const { host, origin } = request.headers;
  const token = request.headers["x-token"];
  return {
    method: request.method ?? "",
    host,
    origin,
    token: typeof token === "string" ? token : (url.searchParams.get("token") ?? undefined),
  };
}

async function answer(source: RowSource, url: URL): Promise<{ status: number; body: object }> {
  try {
    const statements = statementsOf(url.pathname, url.searchParams, Date.now());
    if (statements === undefined) return { status: 404, body: { error: `there is no ${url.pathname}` } };
    const entries = Object.entries(statements).map(
      async ([name, { sql, parameters }]) => [name, await source.query(sql, parameters)] as const,
    );
    return { status: 200, body: Object.fromEntries(await Promise.all(entries)) };
  } catch (error) {
    const [reason] = (error as Error).message.split("\n");
    if (error instanceof RequestError) return { status: 400, body: { error: reason } };
    return { status: 502, body: { error: `ClickHouse did not answer: ${reason}` } };
  }
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { ...securityHeaders, "content-type": "application/json; charset=utf-8" });
  response.end(JSON.stringify(body));
}

function sendFile(response: ServerResponse, { content, type }: { content: Buffer; type: string }): void {
  response.writeHead(200, { ...securityHeaders, "content-type": type });
  response.end(content);
}
