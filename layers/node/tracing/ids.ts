/**
 * Ids are random numbers of V8's generator, as those of OpenTelemetry's SDK for JavaScript are: it is seeded by the operating
 * system for each process, and loading `node:crypto` would cost 5 ms of CPU at each cold start.
 */
function hex(words: number): string {
  let digits = "";
  for (let word = 0; word < words; word += 1) {
    digits += ((Math.random() * 0x100000000) >>> 0).toString(16).padStart(8, "0");
  }
  return /^0+$/.test(digits) ? hex(words) : digits;
}

export const newTraceId = (): string => hex(4);
export const newSpanId = (): string => hex(2);
