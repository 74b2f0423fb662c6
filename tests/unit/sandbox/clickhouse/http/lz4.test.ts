import assert from "node:assert/strict";
import * as fc from "fast-check";
import { decodeLz4Block } from "../../../../../sandbox/clickhouse/http/lz4";
import { encodeLz4Block } from "./lz4Encoder";

describe("LZ4 blocks", () => {
  it("decode to what was encoded", () => {
    // Few different bytes, so that there are matches, including overlapping ones.
    const data = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc.array(fc.constantFrom(1, 2, 3), { maxLength: 2000 }).map((bytes) => Uint8Array.from(bytes)),
      fc
        .tuple(fc.uint8Array({ minLength: 1, maxLength: 9 }), fc.nat(900))
        .map(([unit, times]) => Buffer.concat(new Array<Uint8Array>(times).fill(unit))),
    );
    fc.assert(
      fc.property(data, (bytes) => {
        const block = encodeLz4Block(Buffer.from(bytes));
        assert.deepEqual(decodeLz4Block(block, bytes.length), Buffer.from(bytes));
      }),
    );
  });

  it("use matches in this test", () => {
    const data = Buffer.alloc(5000, "abc");
    assert.ok(encodeLz4Block(data).length < 100);
  });

  it("give an Error, and no more than they say, when they are damaged", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), fc.nat(300), (bytes, size) => {
        try {
          assert.equal(decodeLz4Block(Buffer.from(bytes), size).length, size);
        } catch (error) {
          assert.match(String(error), /^Error: LZ4 /);
        }
      }),
    );
  });

  for (const [name, bytes, size, expected] of [
    ["literals past the end", [0x50, 1, 2], 5, /literals reach past/],
    ["a match before the data", [0x11, 1, 9, 0, 0], 8, /points outside/],
    ["a match of offset 0", [0x11, 1, 0, 0, 0], 8, /points outside/],
    ["a match past the size", [0x1f, 1, 1, 0, 200, 0], 20, /match reaches past/],
    ["too little data", [0x10, 1], 2, /decodes to 1 bytes/],
    ["an offset cut short", [0x10, 1, 1], 9, /in the middle/],
  ] as const) {
    it(`are refused with ${name}`, () => {
      assert.throws(() => decodeLz4Block(Buffer.from(bytes), size), expected);
    });
  }
});
