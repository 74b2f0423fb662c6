import type { ConditionSignal } from "../core/conditionSignal";
import type { Failure } from "../core/failure";
import { type ApiAnswer, type ApiRequest, PendingAnswer } from "./server";

const ROOT = "/2018-06-01/runtime/restore";

/**
 * The Runtime API's part for SnapStart. A runtime with hooks requests `/restore/next` when it is ready for the
 * snapshot, and receives the answer when it has been restored. Source: "Implementing SnapStart hooks for container
 * images" in the Lambda Developer Guide.
 */
export class RestoreApi {
  private waiting: PendingAnswer | undefined;
  private failed: Failure | undefined;

  constructor(private readonly conditions: ConditionSignal) {}

  /** The runtime's hooks before the snapshot have run. */
  get ready(): boolean {
    return this.waiting !== undefined;
  }

  /** What the runtime reported instead of becoming ready again. */
  get failure(): Failure | undefined {
    return this.failed;
  }

  /** Lets the runtime continue. One without hooks has not sent the request, and simply continues. */
  restore(): void {
    this.waiting?.answer({ status: 200, body: "" });
    this.waiting = undefined;
  }

  /** @returns undefined when the request is for another API. */
  handle(request: ApiRequest): ApiAnswer | PendingAnswer | undefined {
    if (request.path === `${ROOT}/next` && request.method === "GET") {
      this.waiting = new PendingAnswer();
      this.conditions.notify();
      return this.waiting;
    }
    if (request.path !== `${ROOT}/error` || request.method !== "POST") return undefined;
    this.failed = {
      status: "error",
      errorType: String(request.headers["lambda-runtime-function-error-type"] ?? "Runtime.Unknown"),
      message: "the runtime could not be restored",
      reported: request.body.toString("utf8"),
    };
    this.conditions.notify();
    return { status: 202, body: { status: "OK" } };
  }
}
