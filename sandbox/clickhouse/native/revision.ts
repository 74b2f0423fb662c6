import { ByteReader } from "./byteReader";
import { skipColumn } from "./columnEnd";

/** From this revision on, each column says whether its values have a custom serialization. */
const WITH_CUSTOM_SERIALIZATION = 54454;
/** Field 1, a block of totals: no. Field 2, number of its bucket: -1, none. Field 0: the end. */
const BLOCK_INFO = Buffer.from([1, 0, 2, 0xff, 0xff, 0xff, 0xff, 0]);
const NO_CUSTOM_SERIALIZATION = Buffer.from([0]);

/**
 * Blocks of format Native for a client's protocol version (`client_protocol_version`). The engine writes them for revision 0;
 * later revisions have a description before each block and a flag before each column's values.
 *
 * @throws ClickHouseError for types whose length is unknown
 */
export function blocksForRevision(blocks: Buffer, revision: number): Buffer {
  if (revision === 0) return blocks;
  const parts: Buffer[] = [];
  const reader = new ByteReader(blocks);
  let from = 0;
  const take = (): void => {
    parts.push(blocks.subarray(from, reader.at));
    from = reader.at;
  };
  while (!reader.ended) {
    parts.push(BLOCK_INFO);
    const columns = reader.varUint();
    const rows = reader.varUint();
    for (let column = 0; column < columns; column++) {
      reader.text();
      const type = reader.text();
      take();
      if (revision >= WITH_CUSTOM_SERIALIZATION) parts.push(NO_CUSTOM_SERIALIZATION);
      skipColumn(reader, type, rows);
      take();
    }
    take();
  }
  return Buffer.concat(parts);
}
