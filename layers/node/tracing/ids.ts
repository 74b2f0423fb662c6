/** Added to ids, by exclusive or: environments restored from one snapshot have the same generator state. */
const salt = new Uint32Array(4);

/**
 * Makes ids also depend on an invocation.
 * @param requestId a UUID, as Lambda's are; other texts change nothing.
 */
export function saltIds(requestId: string): void {
  const digits = requestId.replaceAll("-", "");
  if (!/^[\da-f]{32}$/i.test(digits)) return;
  for (let word = 0; word < 4; word += 1) {
    salt[word] = Number.parseInt(digits.slice(word * 8, word * 8 + 8), 16);
  }
}

/**
 * Ids are random numbers of V8's generator, as in OpenTelemetry's SDK for JavaScript: the operating system seeds it for
 * each process, and loading `node:crypto` would cost 5 ms of CPU at each cold start.
 */
function hex(words: number): string {
  let digits = "";
  let bits = 0;
  for (let word = 0; word < words; word += 1) {
    const number = ((Math.random() * 0x100000000) ^ (salt[word] ?? 0)) >>> 0;
    bits |= number;
    digits += number.toString(16).padStart(8, "0");
  }
  return bits === 0 ? hex(words) : digits;
}

export const newTraceId = (): string => hex(4);
export const newSpanId = (): string => hex(2);
