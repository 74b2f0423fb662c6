import { cityHash128 } from "../../../../../sandbox/clickhouse/http/cityHash128";

/** Encodes an LZ4 block: greedy, with the last five bytes as literals as the format demands. */
export function encodeLz4Block(data: Buffer): Buffer {
  const parts: Buffer[] = [];
  const seen = new Map<string, number>();
  let literals = 0;
  let at = 0;
  while (at + 12 < data.length) {
    const key = data.toString("latin1", at, at + 4);
    const earlier = seen.get(key);
    seen.set(key, at);
    if (earlier === undefined || at - earlier > 0xffff) {
      at++;
      continue;
    }
    let length = 4;
    while (at + length < data.length - 5 && data[earlier + length] === data[at + length]) length++;
    parts.push(sequence(data.subarray(literals, at), { offset: at - earlier, length }));
    at += length;
    literals = at;
  }
  return Buffer.concat([...parts, sequence(data.subarray(literals))]);
}

function sequence(literals: Buffer, match?: { offset: number; length: number }): Buffer {
  const first = Math.min(literals.length, 15);
  const second = match ? Math.min(match.length - 4, 15) : 0;
  const parts = [Buffer.from([(first << 4) | second, ...rest(literals.length)]), literals];
  if (match) parts.push(Buffer.from([match.offset & 0xff, match.offset >> 8, ...rest(match.length - 4)]));
  return Buffer.concat(parts);
}

function rest(length: number): number[] {
  if (length < 15) return [];
  return [...new Array<number>(Math.floor((length - 15) / 255)).fill(255), (length - 15) % 255];
}

/** A compressed block as ClickHouse expects it with `decompress=1`. */
export function compressedBlock(data: Buffer, method: "lz4" | "none" = "lz4"): Buffer {
  const content = method === "lz4" ? encodeLz4Block(data) : data;
  const block = Buffer.alloc(9 + content.length);
  block.writeUInt8(method === "lz4" ? 0x82 : 0x02, 0);
  block.writeUInt32LE(block.length, 1);
  block.writeUInt32LE(data.length, 5);
  content.copy(block, 9);
  return Buffer.concat([cityHash128(block), block]);
}
