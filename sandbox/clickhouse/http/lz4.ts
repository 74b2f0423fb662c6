/**
 * Decodes one LZ4 block (the block format, without frame).
 *
 * @param size length of the decoded data, given by the container
 * @throws Error if the block is truncated, points outside itself or decodes to another length
 */
export function decodeLz4Block(block: Buffer, size: number): Buffer {
  const output = Buffer.allocUnsafe(size);
  let read = 0;
  let written = 0;

  const byte = (): number => {
    if (read >= block.length) throw new Error("LZ4 block ends in the middle of a sequence");
    return block.readUInt8(read++);
  };
  /** Lengths of 15 continue in further bytes, up to and including the first that is not 255. */
  const length = (nibble: number): number => {
    let total = nibble;
    if (nibble < 15) return total;
    for (let next = 255; next === 255; ) {
      next = byte();
      total += next;
    }
    return total;
  };

  while (read < block.length) {
    const token = byte();
    const literals = length(token >> 4);
    if (read + literals > block.length || written + literals > size) {
      throw new Error("LZ4 literals reach past the end of the block");
    }
    block.copy(output, written, read, read + literals);
    read += literals;
    written += literals;
    if (read === block.length) break; // the last sequence has only literals

    const offset = byte() | (byte() << 8);
    if (offset === 0 || offset > written) throw new Error("LZ4 match points outside the decoded data");
    const end = written + length(token & 15) + 4;
    if (end > size) throw new Error("LZ4 match reaches past the end of the decoded data");
    // Source and target may overlap: LZ4 repeats patterns this way.
    for (; written < end; written++) output[written] = output[written - offset] ?? 0;
  }
  if (written !== size) throw new Error(`LZ4 block decodes to ${written} bytes, its header says ${size}`);
  return output;
}
