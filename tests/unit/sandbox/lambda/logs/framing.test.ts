import assert from "node:assert/strict";
import * as fc from "fast-check";
import {
  FrameDecoder,
  LineDecoder,
  type LogDecoder,
  type LogRecord,
  MAX_LINE_BYTES,
} from "../../../../../sandbox/lambda/logs/framing";
import { anyString } from "../../../../anyString";

function frame(text: string, type = 0xa55a0003, microseconds = 0n): Buffer {
  const message = Buffer.from(text);
  const header = Buffer.alloc(16);
  header.writeUInt32BE(type, 0);
  header.writeUInt32BE(message.length, 4);
  header.writeBigInt64BE(microseconds, 8);
  return Buffer.concat([header, message]);
}

/** Feeds bytes in pieces of the given sizes. */
function decode(decoder: LogDecoder, bytes: Buffer, sizes: number[]): LogRecord[] {
  const records: LogRecord[] = [];
  let at = 0;
  for (const size of sizes) {
    records.push(...decoder.push(bytes.subarray(at, at + size)));
    at += size;
  }
  return [...records, ...decoder.push(bytes.subarray(at)), ...decoder.end()];
}

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { maxLength: 30 });
const texts = fc.array(anyString, { maxLength: 10 });

describe("log framing", () => {
  it("gives a frame's text, time and format", () => {
    const bytes = Buffer.concat([
      frame("text\nof two lines\n", 0xa55a0003, 1_700_000_000_123_456n),
      frame('{"a":1}', 0xa55a000e),
    ]);
    assert.deepEqual(new FrameDecoder().push(bytes), [
      { text: "text\nof two lines\n", json: false, time: 1_700_000_000_123 },
      { text: '{"a":1}', json: true, time: 0 },
    ]);
  });

  it("gives the same frames however the bytes are cut", () => {
    fc.assert(
      fc.property(texts, sizes, (messages, pieces) => {
        const bytes = Buffer.concat(messages.map((text) => frame(text)));
        const decoded = decode(new FrameDecoder(), bytes, pieces).map((record) => record.text);
        assert.deepEqual(
          decoded,
          messages.map((text) => Buffer.from(text).toString("utf8")),
        );
      }),
    );
  });

  it("gives the same lines however the bytes are cut, with nothing lost", () => {
    fc.assert(
      fc.property(texts, sizes, (messages, pieces) => {
        const bytes = Buffer.from(messages.join("\n"));
        const lines = decode(new LineDecoder(), bytes, pieces).map((record) => record.text);
        assert.equal(lines.join(""), bytes.toString("utf8"));
        for (const line of lines.slice(0, -1)) assert.equal(line.indexOf("\n"), line.length - 1);
      }),
    );
  });

  it("never throws on any bytes, framed or not", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), sizes, (bytes, pieces) => {
        decode(new FrameDecoder(), Buffer.from(bytes), pieces);
        decode(new LineDecoder(), Buffer.from(bytes), pieces);
      }),
    );
  });

  it("reads what is not framed as lines", () => {
    const bytes = Buffer.concat([frame("framed\n"), Buffer.from("not framed at all\nand on\n")]);
    assert.deepEqual(
      decode(new FrameDecoder(), bytes, []).map((record) => record.text),
      ["framed\n", "not framed at all\n", "and on\n"],
    );
  });

  it("ends a last line without newline, and a frame that is cut off", () => {
    const lines = new LineDecoder();
    assert.deepEqual(lines.push(Buffer.from("no end")), []);
    assert.deepEqual(lines.end(), [{ text: "no end", json: false }]);
    const frames = new FrameDecoder();
    assert.deepEqual(frames.push(frame("cut off").subarray(0, 19)), []);
    assert.deepEqual(frames.end(), [{ text: "cut", json: false }]);
  });

  it("splits a line that is longer than Lambda takes", () => {
    const records = new LineDecoder().push(Buffer.alloc(MAX_LINE_BYTES + 1, "x"));
    assert.deepEqual(
      records.map((record) => record.text.length),
      [MAX_LINE_BYTES],
    );
  });
});
