import { ClickHouseError } from "../base/clickHouseError";
import { cityHash128 } from "./cityHash128";
import { decodeLz4Block } from "./lz4";

const CHECKSUM_SIZE = 16;
const HEADER_SIZE = 9;
const METHOD_NONE = 0x02;
const METHOD_LZ4 = 0x82;
/** ClickHouse's own limit for one block. */
const MAX_BLOCK_SIZE = 0x40000000;

// ClickHouse's names for these are in its system.errors table.
const CHECKSUM_DOESNT_MATCH = 40;
const CANNOT_DECOMPRESS = 271;
const UNKNOWN_COMPRESSION_METHOD = 89;
const TOO_LARGE_SIZE_COMPRESSED = 39;
const CANNOT_READ_ALL_DATA = 33;

/**
 * Decodes a body of ClickHouse's compressed blocks (`decompress=1`): each a CityHash128 of what follows,
 * then method, size with header, size of the data (little-endian) and the compressed data. LZ4 and
 * uncompressed blocks; the checksum is verified.
 *
 * @throws ClickHouseError with ClickHouse's code for the error
 */
export function decodeCompressedBlocks(body: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < body.length; ) {
    const header = at + CHECKSUM_SIZE;
    if (header + HEADER_SIZE > body.length) throw cutShort(at, body.length);
    const compressedSize = body.readUInt32LE(header + 1);
    if (compressedSize > MAX_BLOCK_SIZE || compressedSize < HEADER_SIZE) {
      throw new ClickHouseError(
        TOO_LARGE_SIZE_COMPRESSED,
        `Size of compressed block at byte ${at} is ${compressedSize}. Most likely corrupted data.`,
      );
    }
    const end = header + compressedSize;
    if (end > body.length) throw cutShort(at, body.length);
    const block = body.subarray(header, end);
    if (!cityHash128(block).equals(body.subarray(at, header))) {
      throw new ClickHouseError(
        CHECKSUM_DOESNT_MATCH,
        `Checksum doesn't match: corrupted data in the compressed block at byte ${at}.`,
      );
    }
    parts.push(decodeBlock(block));
    at = end;
  }
  return Buffer.concat(parts);
}

/** Size in bytes of a written block. */
const WRITTEN_BLOCK_SIZE = 1 << 20;

/**
 * An answer as ClickHouse's compressed blocks (`compress=1`). The blocks contain the data uncompressed: every client supports
 * that method, and the data do not leave this machine.
 */
export function encodeCompressedBlocks(data: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; at < data.length; at += WRITTEN_BLOCK_SIZE) {
    const content = data.subarray(at, at + WRITTEN_BLOCK_SIZE);
    const header = Buffer.alloc(HEADER_SIZE);
    header.writeUInt8(METHOD_NONE, 0);
    header.writeUInt32LE(HEADER_SIZE + content.length, 1);
    header.writeUInt32LE(content.length, 5);
    const block = Buffer.concat([header, content]);
    parts.push(cityHash128(block), block);
  }
  return Buffer.concat(parts);
}

function decodeBlock(block: Buffer): Buffer {
  const method = block.readUInt8(0);
  const size = block.readUInt32LE(5);
  const data = block.subarray(HEADER_SIZE);
  if (size > MAX_BLOCK_SIZE) {
    throw new ClickHouseError(CANNOT_DECOMPRESS, `Size of decompressed block is ${size}: too large.`);
  }
  if (method === METHOD_NONE) return data;
  if (method !== METHOD_LZ4) {
    throw new ClickHouseError(
      UNKNOWN_COMPRESSION_METHOD,
      `Unknown codec family code: 0x${method.toString(16)}; this server decodes LZ4 (0x82) and NONE (0x02).`,
    );
  }
  try {
    return decodeLz4Block(data, size);
  } catch (error) {
    throw new ClickHouseError(CANNOT_DECOMPRESS, error instanceof Error ? error.message : String(error));
  }
}

function cutShort(at: number, length: number): ClickHouseError {
  return new ClickHouseError(
    CANNOT_READ_ALL_DATA,
    `Cannot read all data: the compressed block at byte ${at} is cut short, the body has ${length} bytes.`,
  );
}
