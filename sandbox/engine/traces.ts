let running = 0;
let limit = 0;

/** Enough to find an error of a program: the line that threw it, and its callers. */
const framesOfPrograms = 3;

/**
 * Runs an operation with short stack traces, not mapped to TypeScript. Pulumi captures a trace for each promise of each
 * resource, in case it is never settled, and these are not read: writing them took more than a third of the time that an
 * inline program takes in this process. Traces that are read after the operation are mapped.
 */
export async function withPlainTraces<T>(operation: () => Promise<T>): Promise<T> {
  if (running++ === 0) {
    limit = Error.stackTraceLimit;
    Error.stackTraceLimit = framesOfPrograms;
    process.setSourceMapsEnabled(false);
  }
  try {
    return await operation();
  } finally {
    if (--running === 0) {
      Error.stackTraceLimit = limit;
      process.setSourceMapsEnabled(true);
    }
  }
}
