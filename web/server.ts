import { randomBytes } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { AboutPage } from "./api/rows";
import { pageDocument } from "./document";
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
  /** Address of HyperDX's app, for links from rows and traces. Default: none. */
  hyperDx?: string;
  /** Port on 127.0.0.1. Default: a free one. */
  port?: number;
}

/** A served page. */
export interface ServedPage {
  /** Includes the token that every request needs. */
  url: string;
  close(): Promise<void>;
}

const invokePath = "/api/invoke";

/**
 * Serves the page and its API on 127.0.0.1, for one browser: the address has a token.
 * @throws if the port is in use; the message names it.
 */
export async function servePage(options: PageOptions): Promise<ServedPage> {
  const { directory, functions, port = 0 } = options;
  const token = randomBytes(16).toString("hex");
  const document = pageDocument(directory);
  const headers = securityHeaders(document.policy);
  const send = (response: ServerResponse, reply: Reply) => sendReply(response, headers, reply);
  const run = reading(options.source);
  const server = createServer((request, response) => {
    const { port } = server.address() as AddressInfo;
    const url = addressed(request.url);
    if (url === undefined) return send(response, failure(400, "the address is invalid"));
    const refused = refusal(caller(request, url), port, token);
    if (refused !== undefined) return send(response, failure(403, refused));
    if (url.pathname === "/") return send(response, { status: 200, body: document.html(about(options)) });
    const answering = url.pathname === invokePath ? invoke(functions, request) : answer(options, run, url);
    return void answering.then(
      (reply) => send(response, reply),
      // The client has disconnected.
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

/** The address of a request; undefined if it is invalid, such as `//`. */
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

/** A response: a document, or a value written as JSON. */
interface Reply {
  status: number;
  body: string | object;
}

function failure(status: number, error: string): Reply {
  return { status, body: { error } };
}

function sendReply(
  response: ServerResponse,
  headers: Readonly<Record<string, string>>,
  { status, body }: Reply,
): void {
  const isDocument = typeof body === "string";
  const type = isDocument ? "text/html" : "application/json";
  response.writeHead(status, { ...headers, "content-type": `${type}; charset=utf-8` });
  response.end(isDocument ? body : JSON.stringify(body));
}

async function invoke(functions: PageFunctions | undefined, request: IncomingMessage): Promise<Reply> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes <= MAXIMUM_EVENT_BYTES) chunks.push(chunk);
  }
  if (bytes > MAXIMUM_EVENT_BYTES) return failure(413, "The event is larger than 6 MB, Lambda's limit.");
  const asked = invokeRequest(Buffer.concat(chunks).toString(), functions?.list() ?? []);
  if (functions === undefined || asked === undefined)
    return failure(404, "There is no function of this name. Reload the page.");
  try {
    return { status: 200, body: await functions.invoke(asked.function, asked.event) };
  } catch (error) {
    return failure(502, `The function could not be run: ${(error as Error).message}`);
  }
}

function about({ functions, hyperDx }: PageOptions): AboutPage {
  return { functions: functions?.list() ?? [], ...(hyperDx && { hyperDx }) };
}

async function answer(options: PageOptions, run: Run, url: URL): Promise<Reply> {
  if (url.pathname === "/api/page") return { status: 200, body: about(options) };
  try {
    const body = await answerOf(url.pathname, url.searchParams, Date.now(), run);
    if (body === undefined) return failure(404, `there is no ${url.pathname}`);
    return { status: 200, body };
  } catch (error) {
    const [reason] = (error as Error).message.split("\n");
    if (error instanceof RequestError) return failure(400, reason ?? "");
    return failure(502, `ClickHouse did not answer: ${reason}`);
  }
}
