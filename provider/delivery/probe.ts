import { connect, constants, type IncomingHttpHeaders } from "node:http2";
import { clickHouseLogRow, grpcFrame, otlpLogsRequest, type Probe } from "../plan/delivery/otlpProbe";
import type { DeliveryTarget } from "../plan/delivery/target";
import { redact, shownUrl, urlCredentials } from "../plan/redaction";

const timeout = 10_000;
const underWay = new Map<string, Promise<void>>();

/**
 * Sends one log record and waits until it is accepted. Functions with the same target that ask at the same time share
 * one record.
 * @param secrets values, in addition to those of headers, that no message may contain.
 * @throws if it is not accepted within ten seconds, with the backend's message, never with a header's value: backends
 * repeat what they were sent, and so do Node.js's own errors.
 */
export function probeDelivery(
  target: DeliveryTarget,
  probe: Probe,
  secrets: readonly string[] = [],
): Promise<void> {
  const key = JSON.stringify(target);
  const hidden = [...secrets, ...Object.values(target.headers), ...urlCredentials(target.endpoint)];
  const sending = underWay.get(key) ?? send(target, probe, hidden).finally(() => underWay.delete(key));
  underWay.set(key, sending);
  return sending;
}

async function send(target: DeliveryTarget, probe: Probe, secrets: readonly string[]): Promise<void> {
  const hide = (text: string) => redact(text.replaceAll(target.endpoint, shownUrl(target.endpoint)), secrets);
  try {
    if (target.kind === "grpc") await sendGrpc(target, otlpLogsRequest(probe));
    else await sendHttp(target, probe);
  } catch (error) {
    const reason =
      error instanceof Rejection
        ? `${error.what}${excerpt(hide(error.answer))}`
        : `could not be reached (${hide(causeOf(error))})`;
    throw new Error(`${hide(target.endpoint)} ${reason}`);
  }
}

/** The backend's response to a log record that it did not accept. */
class Rejection extends Error {
  constructor(
    public readonly what: string,
    public readonly answer = "",
  ) {
    super(what);
  }
}

/** The start of a response, in one line. Truncated only after secrets in it have been replaced. */
function excerpt(answer: string): string {
  const text = answer
    .replace(/[^\x20-\x7e]+/g, " ")
    .trim()
    .slice(0, 300);
  return text === "" ? "" : `: ${text}`;
}

async function sendHttp({ kind, endpoint, headers, table }: DeliveryTarget, probe: Probe): Promise<void> {
  const insert = `INSERT INTO ${table} FORMAT JSONEachRow`;
  const response = await fetch(
    kind === "http" ? endpoint : `${endpoint.replace(/\/+$/, "")}/?query=${encodeURIComponent(insert)}`,
    {
      method: "POST",
      headers: { ...headers, ...(kind === "http" ? { "content-type": "application/x-protobuf" } : {}) },
      body: kind === "http" ? new Uint8Array(otlpLogsRequest(probe)) : clickHouseLogRow(probe),
      redirect: "error",
      signal: AbortSignal.timeout(timeout),
    },
  );
  const answer = await response.text();
  if (!response.ok) throw new Rejection(refusal(response.status), answer);
}

function sendGrpc({ endpoint, headers }: DeliveryTarget, message: Buffer): Promise<void> {
  return new Promise((done, failed) => {
    const session = connect(new URL(endpoint).origin);
    const finish = (error?: Error) => {
      session.destroy();
      if (error) failed(error);
      else done();
    };
    session.setTimeout(timeout, () => finish(new Error(`no answer within ${timeout / 1000} s`)));
    session.on("error", finish);
    const stream = session.request({
      ...Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
      [constants.HTTP2_HEADER_METHOD]: "POST",
      [constants.HTTP2_HEADER_PATH]: "/opentelemetry.proto.collector.logs.v1.LogsService/Export",
      "content-type": "application/grpc",
      te: "trailers",
    });
    let answer: IncomingHttpHeaders = {};
    const take = (more: IncomingHttpHeaders) => {
      answer = { ...answer, ...more };
    };
    stream.on("response", take);
    stream.on("trailers", take);
    stream.on("error", finish);
    stream.on("end", () => finish(grpcFailure(answer)));
    stream.resume();
    stream.end(grpcFrame(message));
  });
}

function grpcFailure(answer: IncomingHttpHeaders): Error | undefined {
  const status = answer["grpc-status"];
  if (status === "0") return undefined;
  const message = decodeURIComponent(String(answer["grpc-message"] ?? ""));
  if (status === undefined) return new Rejection(refusal(Number(answer[":status"])));
  const what = status === "16" || status === "7" ? "refused the key" : "refused the log record";
  return new Rejection(`${what} (gRPC status ${status})`, message);
}

function refusal(status: number): string {
  const what = status === 401 || status === 403 ? "refused the key" : "refused the log record";
  return `${what} (HTTP status ${status})`;
}

/** `fetch failed` is not informative; its cause is. */
function causeOf(error: unknown): string {
  const { cause, message } = error as Error & { cause?: { code?: string; message?: string } };
  return cause?.code ?? cause?.message ?? message;
}
