import { arnAccount } from "../core/arn";
import { exceptionReport } from "../core/exceptions";
import { listAt, stringAt } from "../core/json";
import { type Origin, originOf } from "../core/origin";
import { type Attributes, StatusCode } from "../core/spanData";
import type { Trigger } from "../core/trigger";
import { triggerOf } from "../core/triggers";
import { BAGGAGE_KEY, type Context, ROOT, SPAN_KEY } from "./context";
import type { Due } from "./deadlines";
import { saltIds } from "./ids";
import { INVOCATION_KEY, type Layer, type OpenSpans } from "./layer";
import type { RecordedSpan, Span } from "./span";
import { startSpan } from "./tracer";

/** The parts of the handler's context object that are used here. */
export interface LambdaContext {
  functionName?: unknown;
  invokedFunctionArn?: unknown;
  awsRequestId?: unknown;
  clientContext?: unknown;
  xRayTraceId?: unknown;
  getRemainingTimeInMillis?: () => number;
}

/** How many milliseconds before the deadline open spans are sent in their current state. */
const SNAPSHOT = 50;

/**
 * Open spans are also sent after this many milliseconds: lines are sent while an invocation runs, and the extension has
 * to know their span.
 */
const EARLY = 250;

/** Maximum number of failed messages of a batch that become events of the span. */
const MOST_FAILURES = 100;

let isCold = true;

/** An invocation and the span of its handler. */
export class Invocation implements OpenSpans, Due {
  readonly open = new Set<RecordedSpan>();
  readonly requestId: string;
  readonly span: Span;
  readonly context: Context;
  /** HTTP: status code at the beginning of a streamed response. */
  streamedStatus: number | undefined;
  private readonly trigger: Trigger;
  dueAt: number;
  /** When the last snapshot is due; never without a deadline. */
  private readonly lastDueAt: number;
  private isOver = false;

  constructor(
    private readonly layer: Layer,
    event: unknown,
    lambda: LambdaContext,
    xray: string | undefined,
  ) {
    this.requestId = String(lambda.awsRequestId ?? "");
    // Invocations have different ids, so this is only needed where a snapshot may have been taken: before the first
    // one.
    if (isCold) saltIds(this.requestId);
    this.trigger = triggerOf(event);
    const origin = originOf({
      trigger: this.trigger,
      event,
      clientContext: lambda.clientContext,
      xray,
      now: Date.now() / 1000,
      mostLinks: layer.limits.links,
    });
    layer.invocationStarted(this);
    const around = ROOT.setValue(INVOCATION_KEY, this);
    this.span = this.startSpan(event, lambda, origin, around);
    isCold = false;
    const context = around.setValue(SPAN_KEY, this.span);
    this.context = origin.baggage === undefined ? context : context.setValue(BAGGAGE_KEY, origin.baggage);
    const remaining = safely(() => lambda.getRemainingTimeInMillis?.());
    const now = performance.now();
    this.lastDueAt = typeof remaining === "number" ? now + remaining - SNAPSHOT : Number.POSITIVE_INFINITY;
    this.dueAt = Math.min(now + EARLY, this.lastDueAt);
    if (this.lastDueAt > now + SNAPSHOT) layer.deadlines.watch(this);
  }

  private startSpan(event: unknown, lambda: LambdaContext, origin: Origin, around: Context): Span {
    const functionName = String(lambda.functionName ?? process.env.AWS_LAMBDA_FUNCTION_NAME ?? "handler");
    const attributes = {
      ...handlerAttributes(this.requestId, lambda, this.trigger, origin),
      ...this.trigger.attributes?.(event),
    };
    return startSpan(this.layer, around, {
      name: this.trigger.spanName?.(event) ?? functionName,
      parent: origin.parent,
      traceId: origin.parent?.traceId ?? origin.traceId,
      kind: this.trigger.kind,
      scope: { name: "clickstack-lambda" },
      options: { attributes, links: origin.links },
    });
  }

  /** Handles the handler's response. Returns a promise if the caller should wait for the extension. */
  succeeded(response: unknown): Promise<void> | undefined {
    if (this.isOver) return undefined;
    safely(() => this.describe(response));
    return this.end();
  }

  failed(error: unknown): Promise<void> | undefined {
    if (this.isOver) return undefined;
    safely(() => this.recordError(error));
    return this.end();
  }

  /** The end was not reported: the process exits, or another invocation has begun. */
  abandoned(reason?: string): void {
    if (this.isOver) return;
    if (reason !== undefined) this.sendSnapshot(reason);
    else this.end();
  }

  /** An error that ends the process. */
  recordError(error: unknown): void {
    const { type, message, attributes } = exceptionReport(error);
    this.span.addEvent("exception", { ...attributes, "exception.escaped": true });
    this.span.setStatus({ code: StatusCode.ERROR, message });
    this.span.setAttribute("error.type", type);
  }

  private describe(response: unknown): void {
    const status = this.streamedStatus ?? this.trigger.status?.(response);
    if (status !== undefined) this.span.setAttribute("http.response.status_code", status);
    if (status !== undefined && status >= 500) {
      this.span.setAttribute("error.type", String(status));
      this.span.setStatus({ code: StatusCode.ERROR });
    }
    const failures = listAt(response, "batchItemFailures");
    if (failures.length > 0) this.span.setAttribute("aws.lambda.batch_item_failures", failures.length);
    for (const failure of failures.slice(0, MOST_FAILURES)) {
      const attributes = { "messaging.message.id": stringAt(failure, "itemIdentifier") };
      this.span.addEvent("batch item failure", attributes);
    }
  }

  private end(): Promise<void> | undefined {
    this.isOver = true;
    this.layer.deadlines.forget(this);
    this.span.end();
    return this.layer.invocationEnded(this);
  }

  /** The invocation has been running for a while, or its deadline is near. */
  due(): void {
    const isLast = this.dueAt === this.lastDueAt;
    const message = isLast
      ? "the function was about to time out before this span ended"
      : "the function ended before this span did";
    safely(() => this.sendSnapshot(message));
    if (isLast || this.lastDueAt === Number.POSITIVE_INFINITY) return;
    this.dueAt = this.lastDueAt;
    this.layer.deadlines.watch(this);
  }

  /** Sends open spans as failed; a span that does end is sent again, as it ended. */
  private sendSnapshot(message: string): void {
    const unfinished = [...this.open].map((span) => {
      const data = span.data(this.layer.clock.now());
      return {
        ...data,
        status: data.status.code === StatusCode.ERROR ? data.status : { code: StatusCode.ERROR, message },
        attributes: { ...data.attributes, "clickstack.unfinished": true },
      };
    });
    this.layer.add(...unfinished);
    this.layer.flush();
  }
}

function handlerAttributes(
  requestId: string,
  lambda: LambdaContext,
  trigger: Trigger,
  { xrayParentId }: Origin,
): Attributes {
  const arn = typeof lambda.invokedFunctionArn === "string" ? lambda.invokedFunctionArn : undefined;
  return {
    "faas.invocation_id": requestId,
    "faas.coldstart": isCold,
    "faas.trigger": trigger.faas,
    "aws.lambda.trigger": trigger.name,
    "cloud.resource_id": arn,
    "cloud.account.id": arnAccount(arn),
    "aws.xray.parent_id": xrayParentId,
  };
}

/** A failure here must not make the handler fail. */
export function safely<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch {
    return undefined;
  }
}
