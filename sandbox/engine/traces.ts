/** The part of `@pulumi/pulumi/runtime/debuggable` that is replaced, which it does not declare. */
interface Debuggable {
  debuggablePromise?<T>(promise: Promise<T>, context: unknown): Promise<T>;
}

let running = 0;
let omitted = false;

/**
 * Makes Pulumi's runtime capture no stack trace for each promise of each resource, for this process: a third of the time
 * that an inline program takes in it. It would read them if a promise was never settled and PULUMI_DEBUG_PROMISE_LEAKS
 * was set. Errors keep their traces.
 */
export function omitPromiseTraces(): void {
  if (omitted) return;
  omitted = true;
  // The module itself: an `import` would be a copy that can't be changed.
  const debuggable: Debuggable = require("@pulumi/pulumi/runtime/debuggable");
  const { debuggablePromise } = debuggable;
  if (debuggablePromise === undefined)
    throw new Error("this version of @pulumi/pulumi has no debuggablePromise");
  debuggable.debuggablePromise = (promise, context) => {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      return debuggablePromise(promise, context);
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  };
}

/**
 * Runs an operation without mapping stack traces to TypeScript: that takes long, and of the traces that Pulumi captures
 * during an operation nearly none is read. Those that are read after it are mapped.
 */
export async function withPlainTraces<T>(operation: () => Promise<T>): Promise<T> {
  running++;
  process.setSourceMapsEnabled(false);
  try {
    return await operation();
  } finally {
    running--;
    if (running === 0) process.setSourceMapsEnabled(true);
  }
}
