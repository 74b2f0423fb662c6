/** Formats that several tables share. */

/** Lower-case hexadecimal; empty for an identifier that is absent or all zero. */
export function hexId(id: Uint8Array): string {
  return id.some((byte) => byte !== 0) ? Buffer.from(id).toString("hex") : "";
}

/** A DateTime64(9): seconds since 1970, for which ClickHouse expects ten digits, with nine decimals. */
export function nanoseconds(time: bigint): string {
  const digits = String(time).padStart(19, "0");
  return `${digits.slice(0, -9)}.${digits.slice(-9)}`;
}

/** A DateTime: whole seconds since 1970. */
export function seconds(time: bigint): number {
  return Number(time / 1_000_000_000n);
}

/** A Float64; JSON has no infinities and no NaN, so ClickHouse reads them from strings. */
export function float(value: number): number | string {
  if (Number.isFinite(value)) return value;
  return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

/** A value that isn't attributes, as JSON. */
export function plainText(value: unknown): string {
  const text = JSON.stringify(value);
  // Only JSON can contain halves of surrogate pairs; ClickHouse refuses them.
  return text.includes("\\ud") ? JSON.stringify(wellFormed(value)) : text;
}

function wellFormed(value: unknown): unknown {
  if (typeof value === "string") return Buffer.from(value).toString();
  if (Array.isArray(value)) return value.map(wellFormed);
  if (typeof value !== "object" || value === null) return value;
  const copy: Record<string, unknown> = Object.create(null);
  for (const [key, entry] of Object.entries(value)) copy[String(wellFormed(key))] = wellFormed(entry);
  return copy;
}
