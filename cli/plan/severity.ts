import { UsageError } from "./usageError";

/** The lowest SeverityNumber of each level (OpenTelemetry Logs Data Model, "Severity Fields"). */
const lowest = { trace: 1, debug: 5, info: 9, warn: 13, error: 17, fatal: 21 } as const;

/** Names of levels, from the lowest to the highest. */
export const levels = Object.keys(lowest) as readonly Level[];

export type Level = keyof typeof lowest;

/** The level for an option. @throws UsageError for an unknown one. */
export function levelOf(text: string): Level {
  const level = levels.find((one) => one === text.toLowerCase());
  if (level !== undefined) return level;
  throw new UsageError(`--level: must be one of: ${levels.join(", ")} (got "${text}")`);
}

/** The lowest SeverityNumber of a level. */
export function severityNumberOf(level: Level): number {
  return lowest[level];
}

/** The level of a SeverityNumber; undefined for 0, which means unspecified. */
export function levelOfNumber(number: number): Level | undefined {
  return levels.filter((level) => lowest[level] <= number).at(-1);
}
