import { UsageError } from "./usageError";

const units = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * Milliseconds of a duration such as `30s`, `15m`, `6h` or `7d`.
 * @throws UsageError for anything else; `option` is what it was given for.
 */
export function durationMs(text: string, option: string): number {
  const [, number = "", unit = ""] = /^(\d+)\s*([smhd])$/.exec(text.trim()) ?? [];
  const ms = Number(number) * (units[unit as keyof typeof units] ?? 0);
  if (ms > 0) return ms;
  throw new UsageError(`${option}: must be a duration such as 30s, 15m, 6h or 7d (got "${text}")`);
}
