/** Median and spread of a figure over the runs; null where no run has it. */
export interface Statistic {
  median: number | null;
  p90: number | null;
  min: number | null;
  max: number | null;
}

/** A value that a run may lack. */
type Value = number | null | undefined;

/** Computed from the values that exist, interpolated between two of them. */
export function statistic(values: readonly Value[]): Statistic {
  const sorted = values
    .filter((value): value is number => typeof value === "number" && !Number.isNaN(value))
    .sort((a, b) => a - b);
  const at = (share: number): number | null => {
    const place = (sorted.length - 1) * share;
    const [low, high] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]];
    if (low === undefined || high === undefined) return null;
    return Number((low + (high - low) * (place % 1)).toFixed(2));
  };
  return { median: at(0.5), p90: at(0.9), min: at(0), max: at(1) };
}
