#!/usr/bin/env node
// The baseline of the benchmark: the minimum that an extension in Node.js needs to receive lines and to send them with
// OTLP/HTTP, with built-in modules only. It loses what the real extension keeps; it exists to be measured, not to be
// used.
import { readFileSync } from "node:fs";
import http from "node:http";
import { gzipSync } from "node:zlib";

const [host, port] = (process.env.AWS_LAMBDA_RUNTIME_API ?? "").split(":");
const agent = new http.Agent({ keepAlive: true });

/** Calls Lambda: the response and its body. */
function call(method, path, headers, body) {
  return new Promise((answered, failed) => {
    const content = body && { "content-type": "application/json", "content-length": Buffer.byteLength(body) };
    const options = { host, port, method, path, agent, headers: { ...headers, ...content } };
    const request = http.request(options, (response) => {
      const parts = [];
      response.on("data", (part) => parts.push(part));
      response.on("end", () => answered({ headers: response.headers, body: Buffer.concat(parts) }));
    });
    request.on("error", failed);
    request.end(body);
  });
}

/** Serves on a port, which it returns; `handle` gets the body of each request and returns a status. */
function serve(address, wanted, handle) {
  return new Promise((listening) => {
    const server = http.createServer((request, response) => {
      const parts = [];
      request.on("data", (part) => parts.push(part));
      request.on("end", () => {
        response.writeHead(handle(Buffer.concat(parts)));
        response.end();
      });
    });
    server.listen(wanted, address, () => listening(server.address().port));
  });
}

// The part of protobuf that a log record needs.
function varint(value) {
  const bytes = [];
  for (; value >= 128; value = Math.floor(value / 128)) bytes.push((value % 128) | 128);
  return Buffer.from([...bytes, value]);
}
const field = (number, content) =>
  Buffer.concat([varint((number << 3) | 2), varint(content.length), content]);
const string = (number, text) => field(number, Buffer.from(text));
const attribute = (number, key, value) =>
  field(number, Buffer.concat([string(1, key), field(2, string(1, value))]));
function fixed64(number, value) {
  const bytes = Buffer.alloc(9);
  bytes[0] = (number << 3) | 1;
  bytes.writeBigUInt64LE(value, 1);
  return bytes;
}

const trigger = attribute(6, "faas.trigger", "other");
const resource = field(
  1,
  Buffer.concat([
    attribute(1, "service.name", process.env.AWS_LAMBDA_FUNCTION_NAME ?? ""),
    attribute(1, "cloud.platform", "aws_lambda"),
  ]),
);
let records = [];
let isDone = false;
let whenDone = () => {};

function take(body) {
  for (const { type, time, record } of JSON.parse(body)) {
    if (type === "platform.runtimeDone") {
      isDone = true;
      whenDone();
    }
    if (type !== "function" && type !== "extension") continue;
    const at = BigInt(Date.parse(time)) * 1_000_000n;
    const text = typeof record === "string" ? record : JSON.stringify(record);
    records.push(
      field(2, Buffer.concat([fixed64(1, at), field(5, string(1, text)), trigger, fixed64(11, at)])),
    );
  }
  return 200;
}

const endpoint = new URL(process.env.OTEL_EXPORTER_OTLP_ENDPOINT ?? "http://127.0.0.1:4318");
const certificate = process.env.OTEL_EXPORTER_OTLP_CERTIFICATE;
let client;

async function makeClient() {
  const module = endpoint.protocol === "https:" ? await import("node:https") : http;
  const ca = endpoint.protocol === "https:" && certificate ? readFileSync(certificate) : undefined;
  return { request: module.request, options: { agent: new module.Agent({ keepAlive: true }), ca } };
}

async function flush() {
  if (records.length === 0) return;
  const scope = field(2, Buffer.concat([field(1, string(1, "baseline")), ...records]));
  records = [];
  const body = gzipSync(field(1, Buffer.concat([resource, scope])), { level: 1 });
  client ??= await makeClient();
  const headers = {
    "content-type": "application/x-protobuf",
    "content-encoding": "gzip",
    "content-length": body.length,
  };
  await new Promise((sent, failed) => {
    const to = { host: endpoint.hostname, port: endpoint.port, path: "/v1/logs", method: "POST", headers };
    const request = client.request({ ...client.options, ...to }, (response) =>
      response.resume().on("end", sent),
    );
    request.on("error", failed);
    request.end(body);
  });
}

const registered = await call(
  "POST",
  "/2020-01-01/extension/register",
  { "lambda-extension-name": "nodeBaseline.mjs", "lambda-extension-accept-feature": "accountId" },
  JSON.stringify({ events: ["INVOKE", "SHUTDOWN"] }),
);
const identity = { "lambda-extension-identifier": registered.headers["lambda-extension-identifier"] };
const telemetryPort = await serve("0.0.0.0", 0, take);
await serve("127.0.0.1", Number(process.env.BASELINE_OTLP_PORT ?? 4318), () => 200);
await call(
  "PUT",
  "/2022-07-01/telemetry",
  identity,
  JSON.stringify({
    schemaVersion: "2022-12-13",
    types: ["platform", "function", "extension"],
    buffering: { maxItems: 1000, maxBytes: 262_144, timeoutMs: 25 },
    destination: { protocol: "HTTP", URI: `http://sandbox.local:${telemetryPort}/` },
  }),
);
for (;;) {
  const { body } = await call("GET", "/2020-01-01/extension/event/next", identity);
  const invoked = JSON.parse(body).eventType === "INVOKE";
  if (invoked && !isDone) {
    await new Promise((resolve) => {
      whenDone = resolve;
    });
  }
  isDone = false;
  await flush().catch((error) => console.error(error.message));
  if (!invoked) process.exit(0);
}
