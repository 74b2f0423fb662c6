import { createServer, type IncomingHttpHeaders } from "node:http";
import * as http2 from "node:http2";
import type { AddressInfo, Server } from "node:net";
import * as zlib from "node:zlib";
import { marker } from "./telemetryEvents";

/** A server's key and certificate, and the path of the authority's certificate. */
export interface Certificate {
  key: string;
  cert: string;
  caFile: string;
}

type Request = http2.Http2ServerRequest;
type Response = http2.Http2ServerResponse;

const zstd = zlib as typeof zlib & { zstdDecompressSync?: (data: Buffer) => Buffer };

/**
 * Backends on loopback ports that accept whatever an extension sends and count the function's lines in it: OTLP by
 * HTTP, plain and with TLS, by gRPC, and other JSON over HTTP.
 */
export class Sinks {
  /** Lines of the function that arrived. */
  lines = 0;
  readonly errors: string[] = [];
  private readonly servers: (Server & { closeAllConnections?: () => void })[] = [];
  private ports = { http: 0, https: 0, grpc: 0 };

  private constructor(
    private readonly latencyMs: number,
    private readonly certificate: Certificate,
  ) {}

  /** @param latencyMs delay of each response, as with a distant backend. */
  static async start(certificate: Certificate, latencyMs: number): Promise<Sinks> {
    const sinks = new Sinks(latencyMs, certificate);
    const take = (request: unknown, response: unknown) =>
      sinks.take(request as Request, response as Response);
    const { key, cert } = certificate;
    const secure = http2.createSecureServer({ key, cert, allowHTTP1: true }, take);
    secure.on("tlsClientError", (error: Error) => sinks.errors.push(`TLS: ${error.message}`));
    secure.on("sessionError", () => {}); // An extension that is killed leaves its session.
    sinks.ports = {
      http: await sinks.listen(createServer({ keepAliveTimeout: 60_000 }, take)),
      https: await sinks.listen(secure),
      grpc: await sinks.listen(http2.createServer(take)),
    };
    return sinks;
  }

  /** What `${NAME}` in an extension's environment means. */
  get variables(): Record<string, string> {
    return {
      SINK_HTTP: `http://127.0.0.1:${this.ports.http}`,
      SINK_HTTPS: `https://127.0.0.1:${this.ports.https}`,
      SINK_GRPC: `http://127.0.0.1:${this.ports.grpc}`,
      SINK_GRPCS: `https://127.0.0.1:${this.ports.https}`,
      CA: this.certificate.caFile,
    };
  }

  /** The ports of those without TLS. */
  get plainPorts(): number[] {
    return [this.ports.http, this.ports.grpc];
  }

  reset(): void {
    this.lines = 0;
    this.errors.length = 0;
  }

  close(): void {
    for (const server of this.servers) {
      server.close();
      server.closeAllConnections?.();
    }
  }

  private async listen(server: Server): Promise<number> {
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    this.servers.push(server);
    return (server.address() as AddressInfo).port;
  }

  private take(request: Request, response: Response): void {
    const parts: Buffer[] = [];
    request.on("error", () => {}); // The extension was killed while it sent.
    request.on("data", (part: Buffer) => parts.push(part));
    request.on("end", () => {
      const body = Buffer.concat(parts);
      const answer = () => respond(request.headers, response);
      if (this.latencyMs > 0) setTimeout(answer, this.latencyMs);
      else answer();
      try {
        for (const content of contents(request.headers, body)) this.lines += occurrences(content);
      } catch (error) {
        this.errors.push(`${request.url}: ${(error as Error).message}`);
      }
    });
  }
}

const isGrpc = (headers: IncomingHttpHeaders): boolean =>
  headers["content-type"]?.startsWith("application/grpc") ?? false;

function respond(headers: IncomingHttpHeaders, response: Response): void {
  if (response.destroyed) return;
  if (isGrpc(headers)) {
    response.writeHead(200, { "content-type": "application/grpc" });
    response.addTrailers({ "grpc-status": "0" });
    response.end(Buffer.alloc(5));
  } else {
    const json = headers["content-type"]?.includes("json") ?? false;
    response.writeHead(200, { "content-type": json ? "application/json" : "application/x-protobuf" });
    response.end(json ? "{}" : "");
  }
}

/** The uncompressed messages of a request: one, or those of a gRPC stream. */
export function* contents(headers: IncomingHttpHeaders, body: Buffer): Generator<Buffer> {
  if (!isGrpc(headers)) return yield decompressed(headers["content-encoding"], body);
  for (let start = 0; start + 5 <= body.length; ) {
    const end = start + 5 + body.readUInt32BE(start + 1);
    const encoding = body[start] === 0 ? undefined : String(headers["grpc-encoding"] ?? "gzip");
    yield decompressed(encoding, body.subarray(start + 5, end));
    start = end;
  }
}

function decompressed(encoding: string | undefined, body: Buffer): Buffer {
  switch (encoding?.trim().toLowerCase()) {
    case undefined:
    case "":
    case "identity":
      return body;
    case "gzip":
      return zlib.gunzipSync(body);
    case "deflate":
      return zlib.inflateSync(body);
    case "br":
      return zlib.brotliDecompressSync(body);
    case "zstd":
      if (zstd.zstdDecompressSync) return zstd.zstdDecompressSync(body);
      throw new Error("zstd needs Node.js ≥ 22.15");
    default:
      throw new Error(`unknown encoding ${encoding}`);
  }
}

function occurrences(content: Buffer): number {
  let count = 0;
  for (let at = content.indexOf(marker); at !== -1; at = content.indexOf(marker, at + 1)) count++;
  return count;
}
