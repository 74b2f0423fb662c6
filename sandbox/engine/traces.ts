let running = 0;

/**
 * Runs an operation without mapping stack traces to TypeScript. Pulumi takes a trace for each promise of each resource, in
 * case it is never settled, and nobody reads it: mapping them was a quarter of what an inline program costs this process.
 * Traces that are read after the operation are mapped.
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
