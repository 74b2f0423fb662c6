import { at } from "../core/json";
import { Invocation, type LambdaContext, safely } from "./invocation";
import { INVOCATION_KEY, type Layer } from "./layer";

export type Handler = (this: unknown, ...args: unknown[]) => unknown;

/** The marker that the runtime's `awslambda.streamifyResponse` sets on handlers with a stream. */
const STREAMING = Symbol.for("aws.lambda.runtime.handler.streaming");

type Callback = (error?: unknown, response?: unknown) => void;

/**
 * The handler with a span around each invocation. To the runtime it looks as before: the number of its parameters and
 * its markers determine how it is called.
 */
export function wrapHandler(handler: Handler, layer: Layer): Handler {
  const isStreaming = Boolean((handler as unknown as Record<symbol, unknown>)[STREAMING]);
  // On Managed Instances. Each access to the environment takes as long as four attributes of a span.
  const doesOverlap = process.env.AWS_LAMBDA_MAX_CONCURRENCY !== undefined;
  const running = new Set<Invocation>();
  watchProcess(running);
  function traced(this: unknown, ...args: unknown[]): unknown {
    const lambda = (args[isStreaming ? 2 : 1] ?? {}) as LambdaContext;
    const invocation = safely(() => new Invocation(layer, args[0], lambda, xrayHeader(lambda)));
    if (invocation === undefined) return handler.apply(this, args);
    if (!doesOverlap) {
      for (const left of running) safely(() => left.abandoned());
      running.clear();
    }
    running.add(invocation);
    return new Call(layer, invocation, running).run(this, handler, args, isStreaming);
  }
  for (const key of Reflect.ownKeys(handler)) {
    const descriptor = Object.getOwnPropertyDescriptor(handler, key);
    if (key !== "prototype" && descriptor !== undefined)
      safely(() => Object.defineProperty(traced, key, descriptor));
  }
  return traced;
}

/** One call of the handler, with any way of reporting its end. */
class Call {
  constructor(
    private readonly layer: Layer,
    private readonly invocation: Invocation,
    private readonly running: Set<Invocation>,
  ) {}

  run(self: unknown, handler: Handler, args: unknown[], isStreaming: boolean): unknown {
    const hasCallback = !isStreaming && typeof args[2] === "function";
    const passed = hasCallback ? this.withCallback(args) : args;
    let returned: unknown;
    try {
      returned = this.layer.contexts().with(this.invocation.context, handler, self, ...passed);
    } catch (error) {
      this.failed(error);
      throw error;
    }
    if (isThenable(returned)) {
      return Promise.resolve(returned).then(
        (response) => after(this.settled(this.succeeded(response)), () => response),
        (error) =>
          after(this.settled(this.failed(error)), () => {
            throw error;
          }),
      );
    }
    // A runtime that passes a callback waits for it, or for an empty event loop.
    if (!hasCallback) this.succeeded(returned);
    return returned;
  }

  private settled<T>(pending: T): T {
    safely(() => this.layer.rest());
    return pending;
  }

  private withCallback(args: unknown[]): unknown[] {
    const callback = args[2] as Callback;
    const done: Callback = (error, response) => {
      const isFailure = error !== undefined && error !== null;
      const pending = isFailure ? this.failed(error) : this.succeeded(response);
      after(pending, () => callback(error, response));
    };
    safely(() => this.wrapContext(args[1] as Record<string, unknown>));
    return [args[0], args[1], done, ...args.slice(3)];
  }

  /** Node.js 0.10's alternative to callbacks, which runtimes up to Node.js 20 still support. */
  private wrapContext(lambda: Record<string, unknown>): void {
    const { done, succeed, fail } = lambda;
    const wrap = (original: unknown, told: (args: unknown[]) => Promise<void> | undefined): unknown =>
      typeof original !== "function"
        ? original
        : (...args: unknown[]) => after(told(args), () => original.apply(lambda, args));
    const isFailure = (error: unknown): boolean => error !== undefined && error !== null;
    lambda.succeed = wrap(succeed, ([response]) => this.succeeded(response));
    lambda.fail = wrap(fail, ([error]) => this.failed(error));
    lambda.done = wrap(done, ([error, response]) =>
      isFailure(error) ? this.failed(error) : this.succeeded(response),
    );
  }

  private succeeded(response: unknown): Promise<void> | undefined {
    this.running.delete(this.invocation);
    return safely(() => this.invocation.succeeded(response));
  }

  private failed(error: unknown): Promise<void> | undefined {
    this.running.delete(this.invocation);
    return safely(() => this.invocation.failed(error));
  }
}

/** Continues at once unless there is something to wait for. */
function after<T>(pending: Promise<void> | undefined, next: () => T): T | Promise<T> {
  return pending === undefined ? next() : pending.then(next, next);
}

const isThenable = (value: unknown): value is PromiseLike<unknown> =>
  typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";

/** Since Node.js 22 the header is in the context; before, it was in a variable, and in some versions in both. */
function xrayHeader({ xRayTraceId }: LambdaContext): string | undefined {
  if (typeof xRayTraceId === "string") return xRayTraceId;
  const store = at(globalThis, "awslambda", "InvokeStore") as { getXRayTraceId?: () => unknown } | undefined;
  const kept = safely(() => store?.getXRayTraceId?.());
  return typeof kept === "string" ? kept : process.env._X_AMZN_TRACE_ID;
}

/**
 * The end of the process, or of all its work, ends the running invocation. None of these listeners has other effects.
 */
function watchProcess(running: Set<Invocation>): void {
  const each = (action: (invocation: Invocation) => void): void => {
    for (const invocation of running) safely(() => action(invocation));
  };
  process.on("uncaughtExceptionMonitor", (error) => each((invocation) => invocation.recordError(error)));
  process.on("exit", () =>
    each((invocation) => invocation.abandoned("the process exited before this span ended")),
  );
  process.on("beforeExit", () => {
    each((invocation) => invocation.abandoned());
    running.clear();
  });
}

/** Reads the status code of streamed HTTP responses, which the handler never returns. */
export function watchStreamedResponses(layer: Layer): void {
  const streams = at(globalThis, "awslambda", "HttpResponseStream") as { from?: unknown } | undefined;
  const from = streams?.from;
  if (streams === undefined || typeof from !== "function") return;
  streams.from = function traced(this: unknown, stream: unknown, prelude: unknown): unknown {
    safely(() => {
      const invocation = layer.contexts().active().getValue(INVOCATION_KEY) as Invocation | undefined;
      const status = at(prelude, "statusCode");
      if (invocation !== undefined && typeof status === "number") invocation.streamedStatus = status;
    });
    return from.call(this, stream, prelude);
  };
}
