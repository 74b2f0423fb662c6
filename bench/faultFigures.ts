/** Milliseconds that the extension added to each invocation of one environment, the first one first. */
export type Environment = readonly number[];

/** What a fault of the backend adds to invocations, in milliseconds beyond a backend that answers at once. */
export interface FaultFigures {
  /** To the first invocation of an environment: median over the environments. */
  first: number;
  /** To one invocation in the second half, when the circuit breaker is open: median. */
  learnt: number;
  /** To the most delayed invocation: median over the environments. */
  most: number;
  /** To all invocations of an environment together: median over the environments. */
  all: number;
}

/** Compares environments whose backend has a fault with those of a healthy one. */
export function faultFigures(healthy: readonly Environment[], faulty: readonly Environment[]): FaultFigures {
  const length = Math.min(...[...healthy, ...faulty].map((times) => times.length));
  const plain = Array.from({ length }, (_, k) => median(healthy.map((times) => times[k] ?? Number.NaN)));
  const added = faulty.map((times) => plain.map((base, k) => (times[k] ?? Number.NaN) - base));
  return {
    first: median(added.map(([first]) => first ?? Number.NaN)),
    learnt: median(added.flatMap((times) => times.slice(Math.ceil(times.length / 2)))),
    most: median(added.map((times) => Math.max(...times))),
    all: median(added.map((times) => times.reduce((sum, time) => sum + time, 0))),
  };
}

/** The median; NaN for an empty list. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  const [low, high] = [sorted[Math.floor(middle)], sorted[Math.ceil(middle)]];
  return low === undefined || high === undefined ? Number.NaN : (low + high) / 2;
}
