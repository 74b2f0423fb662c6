import type { IncomingMessage, ServerResponse } from "node:http";

/** The answer of ClickHouse's default configuration to a browser's preflight request (http_options_response). */
const preflight = {
  "Access-Control-Allow-Origin": "*",
  "Access-Control-Allow-Headers":
    "origin, x-requested-with, x-clickhouse-format, x-clickhouse-user, x-clickhouse-key, authorization, content-type",
  "Access-Control-Allow-Methods": "POST, GET, OPTIONS",
  "Access-Control-Max-Age": "86400",
} as const;

/** Answers a browser's preflight. @returns false for other requests. */
export function answerPreflight(request: IncomingMessage, response: ServerResponse): boolean {
  if (request.method !== "OPTIONS") return false;
  response.writeHead(204, preflight).end();
  return true;
}

/** Lets the requesting page read the answer if the request asks for it (`add_http_cors_header=1`). */
export function allowOrigin(
  request: IncomingMessage,
  response: ServerResponse,
  parameters: URLSearchParams,
): void {
  if (parameters.get("add_http_cors_header") !== "1" || request.headers.origin === undefined) return;
  response.setHeader("Access-Control-Allow-Origin", "*");
  response.setHeader("Access-Control-Expose-Headers", "*");
}
