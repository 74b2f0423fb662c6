import { randomFillSync } from "node:crypto";

/** Random bytes are drawn for many ids at once. */
const pool = Buffer.allocUnsafe(2048);
let used = pool.length;

function hex(bytes: number): string {
  if (used + bytes > pool.length) {
    randomFillSync(pool);
    used = 0;
  }
  used += bytes;
  const digits = pool.toString("hex", used - bytes, used);
  return /^0+$/.test(digits) ? hex(bytes) : digits;
}

export const newTraceId = (): string => hex(16);
export const newSpanId = (): string => hex(8);
