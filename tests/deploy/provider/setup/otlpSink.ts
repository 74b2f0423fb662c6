import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/** A request that the sink received. */
export interface SunkRequest {
  path: string;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** A telemetry backend with configurable responses. */
export interface OtlpSink {
  url: string;
  /** HTTP status of the responses, initially 200. */
  status: number;
  requests: SunkRequest[];
}

/** Starts a sink on a free port for the suite that calls this. */
export function useOtlpSink(): OtlpSink {
  const sink: OtlpSink = { url: "", status: 200, requests: [] };
  let server: Server | undefined;
  before(async () => {
    const started = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk) => chunks.push(chunk));
      request.on("end", () => {
        sink.requests.push({
          path: request.url ?? "",
          headers: request.headers,
          body: Buffer.concat(chunks),
        });
        response.writeHead(sink.status).end(sink.status === 200 ? "" : "not today");
      });
    });
    server = started;
    await new Promise<void>((listening) => started.listen(0, "127.0.0.1", listening));
    sink.url = `http://127.0.0.1:${(started.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    sink.status = 200;
    sink.requests.length = 0;
  });
  after(() => server?.close());
  return sink;
}
