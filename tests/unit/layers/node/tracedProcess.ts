import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import * as http from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { writeTracingLayer } from "../../../../layers/node/bundle";
import { decodeRequest } from "../../../../sandbox/clickhouse/otlp/codec";
import type { AnyValue, KeyValue, Span } from "../../../../sandbox/clickhouse/otlp/messages";

const root = join(__dirname, "..", "..", "..", "..");

/** A span in the form that tests check. */
export interface SeenSpan {
  name: string;
  kind: number;
  traceId: string;
  spanId: string;
  parentSpanId: string;
  status: number;
  message: string;
  scope: string;
  start: bigint;
  end: bigint;
  attributes: Record<string, unknown>;
  events: { name: string; attributes: Record<string, unknown> }[];
  links: string[];
}

export interface Outcome {
  response?: unknown;
  error?: { name?: string; message: string };
}

export interface Run {
  /** Results of the invocations, in order; none if the process ended before. */
  results: Outcome[];
  spans: SeenSpan[];
  /** Request ids of invocations reported as ended, by request; undefined for a request that reported none. */
  ended: (string | undefined)[];
  code: number | null;
  output: string;
  parameters?: number;
  handlerName?: string;
}

export interface RunOptions {
  /** Files of the function. */
  files: Readonly<Record<string, string>>;
  handler?: string;
  invocations?: readonly { event?: unknown; context?: object; xray?: string }[];
  style?: "callback" | "promise";
  overlapping?: boolean;
  remainingMs?: number;
  env?: Readonly<Record<string, string>>;
  /** The layer's destination. Default: a receiver of the test. */
  endpoint?: string;
  execArgv?: readonly string[];
}

const anyValue = (value: AnyValue | null | undefined): unknown => {
  if (value?.arrayValue) return value.arrayValue.values.map(anyValue);
  const { stringValue, boolValue, intValue, doubleValue } = value ?? {};
  return stringValue ?? boolValue ?? (intValue === undefined ? doubleValue : Number(intValue));
};
const attributesOf = (list: readonly KeyValue[]): Record<string, unknown> =>
  Object.fromEntries(list.map(({ key, value }) => [key, anyValue(value)]));
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");

function seen(span: Span, scope: string): SeenSpan {
  return {
    name: span.name,
    kind: span.kind,
    traceId: hex(span.traceId),
    spanId: hex(span.spanId),
    parentSpanId: hex(span.parentSpanId),
    status: span.status?.code ?? 0,
    message: span.status?.message ?? "",
    scope,
    start: span.startTimeUnixNano,
    end: span.endTimeUnixNano,
    attributes: attributesOf(span.attributes),
    events: span.events.map(({ name, attributes }) => ({ name, attributes: attributesOf(attributes) })),
    links: span.links.map(({ spanId }) => hex(spanId)),
  };
}

/** The spans of an export request. */
export function spansIn(body: Buffer | string): SeenSpan[] {
  return decodeRequest("traces", "json", Buffer.from(body)).resourceSpans.flatMap(({ scopeSpans }) =>
    scopeSpans.flatMap(({ scope, spans }) => spans.map((span) => seen(span, scope?.name ?? ""))),
  );
}

const isSnapshot = ({ attributes }: SeenSpan): boolean => attributes["clickstack.unfinished"] === true;

/** Whether a request contains only open spans, as a slow machine may send for any invocation. */
export function areSnapshots(spans: readonly SeenSpan[]): boolean {
  return spans.length > 0 && spans.every(isSnapshot);
}

/** Merges spans as the extension does: the last snapshot of an open span counts only if the span did not end. */
export function settled(spans: readonly SeenSpan[]): SeenSpan[] {
  return spans.filter(
    (span, i) =>
      !isSnapshot(span) ||
      !spans.some((other, at) => other.spanId === span.spanId && (!isSnapshot(other) || at > i)),
  );
}

/** Runs functions with the layer in separate processes. */
export class TracedProcesses {
  readonly directory = mkdtempSync(join(tmpdir(), "tracing-layer-"));
  private readonly server = http.createServer();
  private spans: SeenSpan[] = [];
  private ended: (string | undefined)[] = [];
  private runs = 0;
  private readonly connections = new Set<Socket>();

  static async open(): Promise<TracedProcesses> {
    const processes = new TracedProcesses();
    await writeTracingLayer(root, join(processes.directory, "opt"));
    processes.server.on("request", (request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        if (request.url === "/v1/traces") {
          const spans = spansIn(Buffer.concat(chunks));
          processes.spans.push(...spans);
          if (!areSnapshots(spans))
            processes.ended.push(request.headers["clickstack-invocation-ended"]?.toString());
        }
        response.end();
      });
    });
    processes.server.on("connection", (socket: Socket) => {
      processes.connections.add(socket);
      socket.on("close", () => processes.connections.delete(socket));
    });
    await new Promise<void>((resolve) => processes.server.listen(0, "127.0.0.1", resolve));
    return processes;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  async run(options: RunOptions): Promise<Run> {
    const { files, handler = "index.handler", invocations = [{}], env = {}, execArgv = [] } = options;
    this.spans = [];
    this.ended = [];
    this.runs += 1;
    const code = join(this.directory, `code-${this.runs}`);
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(code, name)), { recursive: true });
      writeFileSync(join(code, name), text);
    }
    const { style = "promise", overlapping, remainingMs } = options;
    const entry = join(this.directory, "opt", "clickstack", "node", "handler.mjs");
    const child = spawn(process.execPath, [...execArgv, join(__dirname, "miniRuntime.mjs")], {
      env: {
        PATH: process.env.PATH ?? "",
        NODE_PATH: join(root, "node_modules"),
        LAMBDA_TASK_ROOT: code,
        _CLICKSTACK_HANDLER: handler,
        _HANDLER: "/opt/clickstack/node/handler.handler",
        ROTEL_OTLP_HTTP_ENDPOINT: options.endpoint ?? `127.0.0.1:${this.port}`,
        MINI_RUNTIME: JSON.stringify({ entry, invocations, style, overlapping, remainingMs }),
        ...env,
      },
    });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (output += data));
    const exit = await new Promise<number | null>((resolve) => child.on("close", resolve));
    // The layer wrote everything before it returned, but this server may not have accepted and read it yet.
    await new Promise((resolve) => setTimeout(resolve, 20));
    while (this.connections.size > 0)
      await Promise.all([...this.connections].map((one) => once(one, "close")));
    const said = /^MINI_RUNTIME (.*)$/m.exec(output)?.[1];
    const { results = [], parameters, name } = said ? JSON.parse(said) : {};
    return {
      results,
      spans: settled(this.spans),
      ended: this.ended,
      code: exit,
      output,
      parameters,
      handlerName: name,
    };
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    rmSync(this.directory, { recursive: true, force: true });
  }
}
