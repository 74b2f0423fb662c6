import { UsageError } from "./usageError";

const units = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/**
 * Milliseconds of a duration such as `30s`, `15m`, `6h` or `7d`.
 * @throws UsageError for anything else; `option` is the option that it was given for.
 */
export function durationMs(text: string, option: string): number {
  const [, number = "", unit = ""] = /^(\d+)\s*([smhd])$/.exec(text.trim()) ?? [];
  const ms = Number(number) * (units[unit as keyof typeof units] ?? 0);
  if (ms > 0) return ms;
  throw new UsageError(`${option}: must be a duration such as 30s, 15m, 6h or 7d (got "${text}")`);
}

/**
 * The moment for a duration before now, such as `7d`, or an RFC 3339 time, in milliseconds since 1970.
 * @throws UsageError for anything else; `option` is the option that it was given for.
 */
export function momentMs(text: string, option: string, now: number): number {
  if (/^\d{4}-\d\d-\d\d([T ].*)?$/.test(text.trim())) {
    const moment = Date.parse(text.trim());
    if (!Number.isNaN(moment)) return moment;
  }
  if (/^\d+\s*[smhd]$/.test(text.trim())) return now - durationMs(text, option);
  throw new UsageError(
    `${option}: must be a duration such as 6h or 7d, or a time such as 2026-11-30T12:00:00Z (got "${text}")`,
  );
}
