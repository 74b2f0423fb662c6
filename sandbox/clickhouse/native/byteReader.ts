import { ClickHouseError } from "../base/clickHouseError";

const CANNOT_READ_ALL_DATA = 33;

/** Reads numbers of ClickHouse's binary formats one after another. */
export class ByteReader {
  constructor(
    private readonly bytes: Buffer,
    /** Position of the next byte. */
    public at = 0,
  ) {}

  get ended(): boolean {
    return this.at >= this.bytes.length;
  }

  skip(length: number): void {
    if (this.at + length > this.bytes.length)
      throw new ClickHouseError(
        CANNOT_READ_ALL_DATA,
        `Cannot read all data: ${length} bytes at ${this.at} of ${this.bytes.length}. (CANNOT_READ_ALL_DATA)`,
      );
    this.at += length;
  }

  byte(): number {
    this.skip(1);
    return this.bytes.readUInt8(this.at - 1);
  }

  /** A number of eight bytes; exact up to 2^53. */
  uint64(): number {
    this.skip(8);
    return this.bytes.readUInt32LE(this.at - 8) + this.bytes.readUInt32LE(this.at - 4) * 2 ** 32;
  }

  /** Seven bits per byte, the lowest first; the highest bit says that more bytes follow. */
  varUint(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
    }
  }

  text(): string {
    const length = this.varUint();
    this.skip(length);
    return this.bytes.toString("utf8", this.at - length, this.at);
  }
}
