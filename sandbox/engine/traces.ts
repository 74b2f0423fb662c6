let running = 0;

/**
 * Runs an operation without mapping stack traces to TypeScript. Pulumi captures a trace for each promise of each
 * resource, in case it is never settled, and these are not read: mapping them took a quarter of the time that an inline
 * program takes in this process. Traces that are read after the operation are mapped.
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
