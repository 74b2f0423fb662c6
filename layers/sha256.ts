import { createHash } from "node:crypto";

/** Hexadecimal SHA-256 of some bytes. */
export function sha256(bytes: Buffer): string {
  return createHash("sha256").update(bytes).digest("hex");
}
