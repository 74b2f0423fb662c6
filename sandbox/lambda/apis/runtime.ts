import type { ConditionSignal } from "../core/conditionSignal";
import { type ApiAnswer, type ApiRequest, type ApiRequestHead, PendingAnswer } from "./server";

const ROOT = "/2018-06-01/runtime";
/** Lambda's limit on a buffered response. */
const MAX_RESPONSE_BYTES = 6 * 1024 * 1024;

/** What the runtime receives from `/next`. */
export interface RuntimeInvocation {
  requestId: string;
  deadlineMs: number;
  invokedFunctionArn: string;
  traceHeader: string;
  tenantId?: string;
  /** The invoker's client context as JSON text. */
  clientContext?: string;
  /** The event as JSON text. */
  payload: string;
  /** Receives a streamed response as it arrives. */
  onResponse?: ResponseListener;
}

/** Receives the parts of a streamed response, with its content type. */
export type ResponseListener = (chunk: Buffer, contentType: string | undefined) => void;

/** How the runtime answered an invocation. */
export interface RuntimeAnswer {
  kind: "response" | "error";
  body: string;
  /** Of an error: the header's value as received. */
  errorType?: string;
  /** Bytes that the runtime sent, including those before a streamed response was interrupted. */
  bytes: number;
  /**
   * When it began to arrive and when it was complete, by the monotonic clock in milliseconds. The same unless it is
   * streamed.
   */
  begunAt: number;
  at: number;
}

/** An error that the runtime reported instead of becoming ready. */
export interface RuntimeInitError {
  errorType: string;
  body: string;
}

const answerPath = /^\/invocation\/([^/]+)\/(response|error)$/;

function isStreamed(headers: ApiRequest["headers"]): boolean {
  return headers["lambda-runtime-function-response-mode"] === "streaming";
}

const accepted: ApiAnswer = { status: 202, body: { status: "OK" } };

/** The Runtime API 2018-06-01 of one runtime process. */
export class RuntimeApi {
  private waiting: PendingAnswer[] = [];
  private readonly underWay = new Map<string, { answer?: RuntimeAnswer; onResponse?: ResponseListener }>();
  private readonly timedOut = new Set<string>();
  initError: RuntimeInitError | undefined;

  /**
   * @param concurrent whether several invocations can be in progress at a time, and several requests for the next one.
   */
  constructor(
    private readonly conditions: ConditionSignal,
    private readonly concurrent: boolean,
  ) {}

  /** The runtime has requested the next invocation. */
  get ready(): boolean {
    return this.waiting.length > 0;
  }

  /** The answer to an invocation in progress. */
  answerTo(requestId: string): RuntimeAnswer | undefined {
    return this.underWay.get(requestId)?.answer;
  }

  /** Ends an invocation: from now on no answer to it is accepted. @returns the answer that was received. */
  finish(requestId: string, timedOut: boolean): RuntimeAnswer | undefined {
    const answer = this.answerTo(requestId);
    this.underWay.delete(requestId);
    if (timedOut && !answer) this.timedOut.add(requestId);
    return answer;
  }

  deliver(invocation: RuntimeInvocation): void {
    const waiting = this.waiting.shift();
    if (!waiting) throw new Error("the runtime has not asked for an invocation");
    const { onResponse } = invocation;
    this.underWay.set(invocation.requestId, { ...(onResponse && { onResponse }) });
    waiting.answer({
      status: 200,
      body: invocation.payload,
      headers: {
        "Lambda-Runtime-Aws-Request-Id": invocation.requestId,
        "Lambda-Runtime-Deadline-Ms": String(invocation.deadlineMs),
        "Lambda-Runtime-Invoked-Function-Arn": invocation.invokedFunctionArn,
        "Lambda-Runtime-Trace-Id": invocation.traceHeader,
        ...(invocation.clientContext !== undefined && {
          "Lambda-Runtime-Client-Context": invocation.clientContext,
        }),
        ...(invocation.tenantId !== undefined && { "Lambda-Runtime-Aws-Tenant-Id": invocation.tenantId }),
      },
    });
  }

  /** @returns undefined when the request is for another API. */
  handle(request: ApiRequest): ApiAnswer | PendingAnswer | undefined {
    if (!request.path.startsWith(`${ROOT}/`)) return undefined;
    const path = request.path.slice(ROOT.length);
    if (path === "/invocation/next" && request.method === "GET") return this.next();
    if (request.method !== "POST") return undefined;
    if (path === "/init/error") return this.takeInitError(request);
    const match = answerPath.exec(path);
    if (!match) return undefined;
    return this.takeAnswer(request, decodeURIComponent(match[1]), match[2] as RuntimeAnswer["kind"]);
  }

  /** Who receives the parts of a streamed response. */
  listenerOf({ path, headers }: ApiRequestHead): ((chunk: Buffer) => void) | undefined {
    if (!path.startsWith(ROOT) || !isStreamed(headers)) return undefined;
    const [, id = "", kind] = answerPath.exec(path.slice(ROOT.length)) ?? [];
    const onResponse =
      kind === "response" ? this.underWay.get(decodeURIComponent(id))?.onResponse : undefined;
    return onResponse && ((chunk) => onResponse(chunk, headers["content-type"]));
  }

  private next(): PendingAnswer {
    const next = new PendingAnswer();
    // One at a time: a second request means that the first one was abandoned.
    this.waiting = this.concurrent ? [...this.waiting, next] : [next];
    next.onGone = () => {
      this.waiting = this.waiting.filter((each) => each !== next);
    };
    this.conditions.notify();
    return next;
  }

  private takeInitError(request: ApiRequest): ApiAnswer {
    this.initError = {
      errorType: String(request.headers["lambda-runtime-function-error-type"] ?? "Runtime.Unknown"),
      body: request.body.toString("utf8"),
    };
    this.conditions.notify();
    return accepted;
  }

  private takeAnswer(request: ApiRequest, requestId: string, kind: RuntimeAnswer["kind"]): ApiAnswer {
    const invocation = this.underWay.get(requestId);
    if (!invocation || invocation.answer) return this.refuseAnswer(requestId);
    const at = performance.now();
    const streamed = isStreamed(request.headers);
    if (kind === "response" && !streamed && request.body.length > MAX_RESPONSE_BYTES) {
      const errorType = "Function.ResponseSizeTooLarge";
      const errorMessage = `Response payload size (${request.body.length} bytes) exceeded maximum allowed payload size (${MAX_RESPONSE_BYTES} bytes).`;
      const body = JSON.stringify({ errorType, errorMessage });
      invocation.answer = { kind: "error", body, errorType, bytes: request.body.length, begunAt: at, at };
      this.conditions.notify();
      return { status: 413, body: { errorType: "RequestEntityTooLarge", errorMessage } };
    }
    invocation.answer = readAnswer(request, kind, { begunAt: streamed ? request.begunAt : at, at });
    this.conditions.notify();
    return accepted;
  }

  private refuseAnswer(requestId: string): ApiAnswer {
    return this.timedOut.delete(requestId)
      ? { status: 410, body: { errorType: "InvokeTimeout", errorMessage: "Invoke timeout" } }
      : { status: 400, body: { errorType: "InvalidRequestID", errorMessage: "Invalid request ID" } };
  }
}

/** A streamed response that is interrupted has an error in its trailers. */
function readAnswer(
  request: ApiRequest,
  kind: RuntimeAnswer["kind"],
  times: Pick<RuntimeAnswer, "begunAt" | "at">,
): RuntimeAnswer {
  const arrival = { bytes: request.body.length, ...times };
  const trailer = request.trailers["lambda-runtime-function-error-type"];
  if (trailer !== undefined) {
    const body = Buffer.from(request.trailers["lambda-runtime-function-error-body"] ?? "", "base64");
    return { kind: "error", body: body.toString("utf8"), errorType: trailer, ...arrival };
  }
  const body = request.body.toString("utf8");
  if (kind === "response") return { kind, body, ...arrival };
  const errorType = request.headers["lambda-runtime-function-error-type"];
  return { kind, body, errorType: errorType === undefined ? undefined : String(errorType), ...arrival };
}
