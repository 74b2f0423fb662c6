import assert from "node:assert/strict";
import * as fc from "fast-check";
import { ClickHouseError } from "../../../../../sandbox/clickhouse/base/clickHouseError";
import { cityHash128 } from "../../../../../sandbox/clickhouse/http/cityHash128";
import { decodeCompressedBlocks } from "../../../../../sandbox/clickhouse/http/compressedBlocks";
import { compressedBlock } from "./lz4Encoder";

describe("CityHash128", () => {
  // Computed with the reference implementation of version 1.0.2.
  const expected: [number, string][] = [
    [0, "2b9ac064fc9df03d291ee592c340b53c"],
    [1, "6c3f2b804fab035a1ae9318a3c8aa858"],
    [3, "8669a11d6bfa08312d6150c2f01b3032"],
    [4, "34a39aa99b22362b758d40f652c0e125"],
    [7, "e32446bce155694dd09b4c5f018c2e25"],
    [8, "985ae3e86c34eb9fbad8455518f1f9f2"],
    [9, "f2779da90850888088ef4ae84f365408"],
    [15, "ffc7a10a47b64314594c685a8398f970"],
    [16, "3d930c8990287e4ec7770444d611659b"],
    [17, "4ef4c7b104ede9f0ae31544dd0c6178a"],
    [24, "bbcf5e236b08343a8f05e6ac8050b60c"],
    [31, "7ecda92a1185f199288950f0ed6227d4"],
    [32, "c9a6465f93dff0adfcb2f7829d06c645"],
    [33, "11ffe63b615e068a46a80c8146255435"],
    [63, "c0004476200c0ca31eb8462d5bd41226"],
    [64, "f60c6b00b281e83743081741414e8bab"],
    [65, "c530f81d3b705bf800878f174388f40b"],
    [127, "2c7d14dc18cd84242e0163390cb41e46"],
    [128, "901c915690f7bf519f1b9cbcf997a828"],
    [129, "c7f893aa79e7ac00c827d9bf4652fd7d"],
    [143, "26d3b014d4b40623956851eb41bd80e9"],
    [144, "227fbc9d0276a19b08a16461a4ae9ca9"],
    [145, "1adfb6aebd2142592527e0ec8ba6b49e"],
    [160, "6d00a2acf743248d354dba8b09be91cb"],
    [191, "6e6bc8eed3682050806027bdefef61f2"],
    [255, "62333f5a28179b6fa9e1a8a406101193"],
    [256, "5959e2daaad308c32d5acd5bd32b6bca"],
    [257, "4aaefa74419205d73d31de8c23160dff"],
    [300, "2bd754103bce7673ce79fadf20ae6753"],
    [1000, "970bda1dd9d5c7951e5a2eaa6c06d43b"],
    [70001, "f17e001c208ba782dafea2d252a37281"],
  ];
  for (const [length, hash] of expected) {
    it(`is that of version 1.0.2 for ${length} bytes`, () => {
      const data = Array.from({ length }, (_, i) => i * 7 + Math.floor(i / 251) + length);
      assert.equal(cityHash128(Buffer.from(data)).toString("hex"), hash);
    });
  }
});

describe("compressed blocks", () => {
  it("decode to what was compressed, in blocks of either kind", () => {
    const part = fc.tuple(
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom("lz4" as const, "none" as const),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 4 }), (parts) => {
        const body = Buffer.concat(
          parts.map(([bytes, method]) => compressedBlock(Buffer.from(bytes), method)),
        );
        assert.deepEqual(decodeCompressedBlocks(body), Buffer.concat(parts.map(([bytes]) => bytes)));
      }),
    );
  });

  it("are refused when any byte is changed", () => {
    const block = compressedBlock(Buffer.from("some text, some text, some text, some text"));
    fc.assert(
      fc.property(fc.nat(block.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
        const damaged = Buffer.from(block);
        damaged[at] = (block[at] ?? 0) ^ change;
        assert.throws(() => decodeCompressedBlocks(damaged), ClickHouseError);
      }),
    );
  });

  const codeOf = (body: Buffer): number => {
    try {
      decodeCompressedBlocks(body);
    } catch (error) {
      if (error instanceof ClickHouseError) return error.code;
    }
    return 0;
  };
  /** A block with a correct checksum over the given header. */
  const block = (method: number, compressedSize: number, size: number, data: Buffer): Buffer => {
    const content = Buffer.alloc(9 + data.length);
    content.writeUInt8(method, 0);
    content.writeUInt32LE(compressedSize, 1);
    content.writeUInt32LE(size, 5);
    data.copy(content, 9);
    return Buffer.concat([cityHash128(content), content]);
  };

  it("have ClickHouse's error codes", () => {
    const good = compressedBlock(Buffer.from("text"));
    assert.equal(codeOf(Buffer.concat([Buffer.alloc(16), good.subarray(16)])), 40);
    assert.equal(codeOf(good.subarray(0, good.length - 1)), 33);
    assert.equal(codeOf(good.subarray(0, 20)), 33);
    assert.equal(codeOf(block(0x90, 10, 1, Buffer.from([0]))), 89);
    assert.equal(codeOf(block(0x82, 3, 1, Buffer.from([0]))), 39);
    assert.equal(codeOf(block(0x82, 11, 9, Buffer.from([0x10, 1]))), 271);
  });
});
