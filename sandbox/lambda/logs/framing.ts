/** One log record of a process. */
export interface LogRecord {
  text: string;
  /** Whether the runtime marked it as JSON. */
  json: boolean;
  /** When the runtime wrote it, in milliseconds since 1970; without it, now. */
  time?: number;
}

/** Turns chunks of bytes into records, however they were split. */
export interface LogDecoder {
  push(chunk: Buffer): LogRecord[];
  /** What was still incomplete when the stream ended. */
  end(): LogRecord[];
}

/** Lambda splits longer lines; and a program that never ends its line must not fill the memory. */
export const MAX_LINE_BYTES = 1024 * 1024;

const NEWLINE = 10;

/** Standard output and standard error: a record is a line, with its newline. */
export class LineDecoder implements LogDecoder {
  private pieces: Buffer[] = [];
  private size = 0;

  push(chunk: Buffer): LogRecord[] {
    const records: LogRecord[] = [];
    let rest = chunk;
    while (rest.length > 0) {
      const newline = rest.indexOf(NEWLINE);
      const room = MAX_LINE_BYTES - this.size;
      const lineEnd = newline < 0 ? rest.length : newline + 1;
      const taken = Math.min(lineEnd, room);
      this.keep(rest.subarray(0, taken));
      rest = rest.subarray(taken);
      if ((newline >= 0 && taken === lineEnd) || this.size >= MAX_LINE_BYTES) records.push(...this.end());
    }
    return records;
  }

  end(): LogRecord[] {
    if (this.size === 0) return [];
    const text = Buffer.concat(this.pieces).toString("utf8");
    this.pieces = [];
    this.size = 0;
    return [{ text, json: false }];
  }

  private keep(piece: Buffer): void {
    this.pieces.push(piece);
    this.size += piece.length;
  }
}

const HEADER_BYTES = 16;
const FRAME_MARK = 0xa55a00;
const JSON_FRAME = 2;
const FORMAT_MASK = 3;

/**
 * The file descriptor that managed runtimes log to (`_LAMBDA_TELEMETRY_LOG_FD`). A frame is, big-endian: type u32, length
 * of the message u32, time in µs i64, message. The type's upper 24 bits are a magic number, its lowest two mean text
 * or JSON.
 */
export class FrameDecoder implements LogDecoder {
  private buffer: Buffer = Buffer.alloc(0);
  /** Set if the stream turns out not to be framed: what follows is read as lines, so that nothing is lost. */
  private lines: LineDecoder | undefined;

  push(chunk: Buffer): LogRecord[] {
    if (this.lines) return this.lines.push(chunk);
    this.buffer = this.buffer.length === 0 ? chunk : Buffer.concat([this.buffer, chunk]);
    const records: LogRecord[] = [];
    while (this.buffer.length >= HEADER_BYTES) {
      const type = this.buffer.readUInt32BE(0);
      if (type >>> 8 !== FRAME_MARK) return [...records, ...this.giveUp()];
      const end = HEADER_BYTES + this.buffer.readUInt32BE(4);
      if (this.buffer.length < end) break;
      records.push({
        text: this.buffer.toString("utf8", HEADER_BYTES, end),
        json: (type & FORMAT_MASK) === JSON_FRAME,
        time: Number(this.buffer.readBigInt64BE(8) / 1000n),
      });
      this.buffer = this.buffer.subarray(end);
    }
    return records;
  }

  end(): LogRecord[] {
    if (this.lines) return this.lines.end();
    const text = this.buffer.subarray(HEADER_BYTES).toString("utf8");
    this.buffer = Buffer.alloc(0);
    return text === "" ? [] : [{ text, json: false }];
  }

  private giveUp(): LogRecord[] {
    this.lines = new LineDecoder();
    const rest = this.buffer;
    this.buffer = Buffer.alloc(0);
    return this.lines.push(rest);
  }
}
