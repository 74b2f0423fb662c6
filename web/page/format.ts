/** A severity by its colour on the page. */
export type Tone = "error" | "warn" | "other";

export function toneOf(severity: string): Tone {
  const name = severity.toLowerCase();
  if (/^(error|fatal|critical|alert|emerg)/.test(name)) return "error";
  return name.startsWith("warn") ? "warn" : "other";
}

/** `12:03:59.120` in the reader's time zone. */
export function clock(ms: number): string {
  const time = new Date(ms);
  const two = (value: number) => `${value}`.padStart(2, "0");
  const [hours, minutes, seconds] = [time.getHours(), time.getMinutes(), time.getSeconds()].map(two);
  return `${hours}:${minutes}:${seconds}.${`${time.getMilliseconds()}`.padStart(3, "0")}`;
}

const DAY_MS = 24 * 3_600_000;

/** Start or end of a time range, in the reader's time zone: `12:03`; for ranges of a day or more `11-30 12:03`. */
export function endOfTime(ms: number, lengthMs: number): string {
  const time = new Date(ms);
  const date = [time.getMonth() + 1, time.getDate()].map((value) => `${value}`.padStart(2, "0")).join("-");
  return lengthMs < DAY_MS ? clock(ms).slice(0, 5) : `${date} ${clock(ms).slice(0, 5)}`;
}

/** `0.4 ms`, `12 ms`, `3.42 s`, `2 min 5 s`. */
export function duration(ms: number): string {
  if (ms < 10) return `${ms.toFixed(1)} ms`;
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 120_000) return `${(ms / 1000).toFixed(2)} s`;
  const seconds = Math.round(ms / 1000);
  return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}

/** A filter condition that a field has exactly this value. */
export function equals(field: string, value: string): string {
  return `${field}:"${value.replace(/["\\]/g, "\\$&")}"`;
}
