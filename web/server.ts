import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { invokeRequest, MAXIMUM_EVENT_BYTES, type PageFunctions } from "./functions";
import { refusal, securityHeaders } from "./guard";
import { RequestError } from "./query/statement";
import { type RowSource, reading } from "./reading";
import { answerOf, type Run } from "./routes";

/** What to serve. */
export interface PageOptions {
  source: RowSource;
  /** Folder of the built page: index.html, page.js, style.css. */
  directory: string;
  /** Functions that the page can invoke. Default: none. */
  functions?: PageFunctions;
  /** Address of HyperDX's app, to which rows and traces then have links. Default: none. */
  hyperDx?: string;
  /** Port on 127.0.0.1. Default: a free one. */
  port?: number;
}

/** A page that is being served. */
export interface ServedPage {
  /** With the token, without which nothing is answered. */
  url: string;
  close(): Promise<void>;
}

const invokePath = "/api/invoke";

const files: Readonly<Record<string, { name: string; type: string }>> = {
  "/": { name: "index.html", type: "text/html; charset=utf-8" },
  "/page.js": { name: "page.js", type: "text/javascript; charset=utf-8" },
  "/style.css": { name: "style.css", type: "text/css; charset=utf-8" },
};

/**
 * Serves the page and its API on 127.0.0.1, for one browser: the address has a token.
 * @throws when the port is taken; the message names it.
 */
export async function servePage(options: PageOptions): Promise<ServedPage> {
  const { directory, functions, port = 0 } = options;
  const token = randomBytes(16).toString("hex");
  const contents = new Map(
    Object.entries(files).map(([path, { name, type }]) => [
      path,
      { content: readFileSync(join(directory, name)), type },
    ]),
  );
  const run = reading(options.source);
  const server = createServer((request, response) => {
    const { port } = server.address() as AddressInfo;
    const url = addressed(request.url);
    if (url === undefined) return send(response, 400, { error: "the address cannot be read" });
    const file = contents.get(url.pathname);
    const refused = refusal(caller(request, url), port, token);
    // The page's own script and style hold nothing of the user's, and browsers ask for them without the token.
    if (refused !== undefined && (file === undefined || url.pathname === "/" || !/token/.test(refused)))
      return send(response, 403, { error: refused });
    if (file !== undefined) return sendFile(response, file);
    const answering = url.pathname === invokePath ? invoke(functions, request) : answer(options, run, url);
    return void answering.then(
      ({ status, body }) => send(response, status, body),
      // Whoever asked has left.
      () => response.destroy(),
    );
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

/** What a request is for; undefined where that is no address, such as `//`. */
function addressed(target = "/"): URL | undefined {
  return URL.canParse(target, "http://page") ? new URL(target, "http://page") : undefined;
}

function caller(request: IncomingMessage, url: URL) {
  const { host, origin } = request.headers;
  const token = request.headers["x-token"];
  return {
    isAction: url.pathname === invokePath,
    method: request.method ?? "",
    host,
    origin,
    token: typeof token === "string" ? token : (url.searchParams.get("token") ?? undefined),
  };
}

interface Reply {
  status: number;
  body: object;
}

async function invoke(functions: PageFunctions | undefined, request: IncomingMessage): Promise<Reply> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes <= MAXIMUM_EVENT_BYTES) chunks.push(chunk);
  }
  if (bytes > MAXIMUM_EVENT_BYTES) return { status: 413, body: { error: "An event has at most 6 MB." } };
  const asked = invokeRequest(Buffer.concat(chunks).toString(), functions?.list() ?? []);
  if (functions === undefined || asked === undefined)
    return { status: 404, body: { error: "There is no function of this name. Reload the page." } };
  try {
    return { status: 200, body: await functions.invoke(asked.function, asked.event) };
  } catch (error) {
    return { status: 502, body: { error: `The function could not be run: ${(error as Error).message}` } };
  }
}

async function answer({ functions, hyperDx }: PageOptions, run: Run, url: URL): Promise<Reply> {
  if (url.pathname === "/api/page")
    return { status: 200, body: { functions: functions?.list() ?? [], ...(hyperDx && { hyperDx }) } };
  try {
    const body = await answerOf(url.pathname, url.searchParams, Date.now(), run);
    if (body === undefined) return { status: 404, body: { error: `there is no ${url.pathname}` } };
    return { status: 200, body };
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
