/**
 * Writes protobuf from its end to its beginning: the length of a message is then known where it has to be written, and
 * nothing is copied or measured twice. Callers write the fields of a message in the opposite order.
 */
export class ReverseWriter {
  private buffer: Buffer;
  private start: number;

  constructor(size = 4096) {
    this.buffer = Buffer.allocUnsafe(size);
    this.start = size;
  }

  /** Bytes written so far. */
  get length(): number {
    return this.buffer.length - this.start;
  }

  /** What was written. It is overwritten by the next use of this writer. */
  bytes(): Buffer {
    return this.buffer.subarray(this.start);
  }

  reset(): void {
    this.start = this.buffer.length;
  }

  /** Closes a message that began when `length` was `before`: what was written since is its content. */
  message(field: number, before: number): void {
    this.varint(this.length - before);
    this.varint(field * 8 + 2);
  }

  string(field: number, text: string): void {
    const size = Buffer.byteLength(text);
    this.reserve(size);
    this.start -= size;
    this.buffer.write(text, this.start, size, "utf8");
    this.varint(size);
    this.varint(field * 8 + 2);
  }

  /** Bytes that are given as hexadecimal digits. */
  hex(field: number, digits: string): void {
    const size = digits.length >>> 1;
    this.reserve(size);
    this.start -= size;
    this.buffer.write(digits, this.start, size, "hex");
    this.varint(size);
    this.varint(field * 8 + 2);
  }

  uint(field: number, value: number): void {
    this.varint(value);
    this.varint(field * 8);
  }

  /** An integer of 64 bits; `value` is one. */
  int64(field: number, value: number): void {
    if (value >= 0) this.varint(value);
    else this.bigVarint(BigInt.asUintN(64, BigInt(value)));
    this.varint(field * 8);
  }

  double(field: number, value: number): void {
    this.reserve(8);
    this.start -= 8;
    this.buffer.writeDoubleLE(value, this.start);
    this.varint(field * 8 + 1);
  }

  fixed64(field: number, value: bigint): void {
    this.reserve(8);
    this.start -= 8;
    this.buffer.writeBigUInt64LE(BigInt.asUintN(64, value), this.start);
    this.varint(field * 8 + 1);
  }

  fixed32(field: number, value: number): void {
    this.reserve(4);
    this.start -= 4;
    this.buffer.writeUInt32LE(value, this.start);
    this.varint(field * 8 + 5);
  }

  /** @param value a safe integer from 0 on. */
  private varint(value: number): void {
    const size = sizeOf(value);
    this.reserve(size);
    this.start -= size;
    let at = this.start;
    let rest = value;
    for (; rest >= 128; rest = Math.floor(rest / 128), at += 1) this.buffer[at] = (rest % 128) + 128;
    this.buffer[at] = rest;
  }

  private bigVarint(value: bigint): void {
    const bytes: number[] = [];
    for (let rest = value; ; rest >>= 7n) {
      const more = rest > 127n;
      bytes.push(Number(rest & 127n) + (more ? 128 : 0));
      if (!more) break;
    }
    this.reserve(bytes.length);
    this.start -= bytes.length;
    this.buffer.set(bytes, this.start);
  }

  private reserve(size: number): void {
    if (this.start >= size) return;
    const length = this.length;
    const grown = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, length + size));
    this.buffer.copy(grown, grown.length - length, this.start);
    this.buffer = grown;
    this.start = grown.length - length;
  }
}

function sizeOf(value: number): number {
  let size = 1;
  for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size += 1;
  return size;
}
