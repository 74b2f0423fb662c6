import assert from "node:assert/strict";
import { decodeCompressedBlocks } from "../../../sandbox/clickhouse/http/compressedBlocks";
import { compressedBlock } from "../../unit/sandbox/clickhouse/http/lz4Encoder";

/** The protocol version of clickhouse-go 2.47. */
const PROTOCOL_VERSION = "54460";

/** A value of one of telemetry's types. */
export type Value = string | number | bigint | readonly Value[] | ReadonlyMap<string, string>;

/** A column's name, type and values. */
export type Column = readonly [name: string, type: string, values: readonly Value[]];

/**
 * Uses HTTP as clickhouse-go does, and thus OpenTelemetry's clickhouseexporter: format Native of its protocol version, blocks
 * compressed in both directions, an initial query of four functions, and a query of the column types before an insert, which
 * has revision 0.
 */
export class NativeClient {
  constructor(
    private readonly url: string,
    private readonly password: string,
    private readonly settings: Readonly<Record<string, string>> = {},
  ) {}

  async send(parameters: Record<string, string>, body: string | Buffer): Promise<Buffer> {
    const query = new URLSearchParams({
      ...{ database: "default", default_format: "Native", client_protocol_version: PROTOCOL_VERSION },
      ...{ ...this.settings, ...parameters },
    });
    const response = await fetch(`${this.url}/?${query}`, {
      method: "POST",
      headers: { authorization: `Basic ${Buffer.from(`default:${this.password}`).toString("base64")}` },
      body: typeof body === "string" ? body : Uint8Array.from(body),
    });
    const answer = decodeCompressedBlocks(Buffer.from(await response.arrayBuffer()));
    if (response.status !== 200) throw new Error(`[HTTP ${response.status}] ${answer}`);
    return answer;
  }

  /** Rows of a query, with columns of the types that {@link decodeBlocks} reads. */
  async rows(query: string): Promise<Value[][]> {
    return decodeBlocks(await this.send({ compress: "1" }, query));
  }

  async greet(): Promise<Value[]> {
    const [row] = await this.rows("SELECT displayName(), version(), revision(), timezone()");
    assert.ok(row);
    return row;
  }

  /** Inserts rows given by columns, whose types it queries from the table. */
  async insert(table: string, columns: Readonly<Record<string, readonly Value[]>>): Promise<void> {
    const described = await this.rows(`DESCRIBE TABLE ${table}`);
    const typed = Object.entries(columns).map(([name, values]): Column => {
      const type = described.find(([column]) => column === name)?.[1];
      assert.equal(typeof type, "string", `column ${name} of ${table}`);
      return [name, String(type), values];
    });
    const names = Object.keys(columns).map((name) => `\`${name}\``);
    const query = `INSERT INTO ${table} (${names.join(", ")}) FORMAT Native`;
    await this.send({ query, decompress: "1", compress: "1" }, compressedBlock(encodeBlock(typed)));
  }
}

/** A block of format Native at revision 0. */
function encodeBlock(columns: readonly Column[]): Buffer {
  const rows = columns[0]?.[2].length ?? 0;
  const parts = columns.map(([name, type, values]) =>
    Buffer.concat([text(name), text(type), prefix(type), encode(type, values)]),
  );
  return Buffer.concat([varUint(columns.length), varUint(rows), ...parts]);
}

function prefix(type: string): Buffer {
  // Versions: one of dictionaries, one of JSON as text.
  return type.includes("LowCardinality(") || type === "JSON" || type === "Array(JSON)"
    ? uint64(1)
    : Buffer.alloc(0);
}

function encode(type: string, values: readonly Value[]): Buffer {
  const [, outer, inner = ""] = /^(\w+)(?:\((.*)\))?$/.exec(type) ?? [];
  switch (outer) {
    case "String":
    case "JSON":
      return Buffer.concat(values.map((value) => text(String(value))));
    case "UInt8":
    case "Bool":
      return Buffer.from(values.map(Number));
    case "UInt32":
    case "Int32":
    case "DateTime":
      return Buffer.concat(values.map((value) => uint64(BigInt(value as number)).subarray(0, 4)));
    case "UInt64":
    case "DateTime64":
      return Buffer.concat(values.map((value) => uint64(BigInt(value as bigint))));
    case "Float64":
      return Buffer.concat(values.map((value) => double(Number(value))));
    case "Array":
      return nested(values as Value[][], (all) => encode(inner, all));
    case "Map": {
      const [key = "", value = ""] = inner.split(", ");
      const entries = (values as ReadonlyMap<string, string>[]).map((map) => [...map]);
      return nested(entries, (all) =>
        Buffer.concat([
          encode(
            key,
            all.map(([k]) => k),
          ),
          encode(
            value,
            all.map(([, v]) => v),
          ),
        ]),
      );
    }
    case "LowCardinality":
      return dictionary(values.map(String));
    default:
      throw new Error(`${type} must be one of the types that telemetry has`);
  }
}

function nested<T>(rows: readonly (readonly T[])[], inner: (all: T[]) => Buffer): Buffer {
  let end = 0;
  const offsets = rows.map(({ length }) => {
    end += length;
    return uint64(end);
  });
  return Buffer.concat([...offsets, inner(rows.flat())]);
}

/** Distinct values after an empty one, and each row's index among them, in four bytes. */
function dictionary(values: readonly string[]): Buffer {
  if (values.length === 0) return Buffer.alloc(0);
  const keys = [...new Set(["", ...values])];
  const numbers = values.map((value) => uint64(keys.indexOf(value)).subarray(0, 4));
  return Buffer.concat([
    uint64(0x602),
    uint64(keys.length),
    ...keys.map(text),
    uint64(values.length),
    ...numbers,
  ]);
}

function uint64(value: number | bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)));
  return bytes;
}

function double(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}

function varUint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    bytes.push(rest < 128 ? rest : (rest % 128) + 128);
    if (rest < 128) return Buffer.from(bytes);
  }
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([varUint(bytes.length), bytes]);
}

/** Reads blocks as clickhouse-go does at its revision: a description, then columns with a flag each. */
export function decodeBlocks(bytes: Buffer): Value[][] {
  let at = 0;
  const take = (length: number): Buffer => {
    assert.ok(at + length <= bytes.length, `${length} bytes at ${at} of ${bytes.length}`);
    at += length;
    return bytes.subarray(at - length, at);
  };
  const number = (): number => {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = take(1).readUInt8();
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
  };
  const string = (): string => take(number()).toString();
  const long = (): number => Number(take(8).readBigUInt64LE());
  const values = (type: string, rows: number): Value[] => {
    const [, outer, inner = ""] = /^(\w+)(?:\((.*)\))?$/.exec(type) ?? [];
    if (outer === "LowCardinality") {
      if (rows === 0) return [];
      const width = 1 << (long() & 0xff);
      const keys = values(inner, long());
      return Array.from({ length: long() }, () => keys[take(width).readUIntLE(0, width)] ?? "");
    }
    if (outer === "Array") {
      const ends = Array.from({ length: rows }, long);
      const all = values(inner, ends.at(-1) ?? 0);
      return ends.map((end, row) => all.slice(ends[row - 1] ?? 0, end));
    }
    const one: Readonly<Record<string, () => Value>> = {
      String: string,
      UInt8: () => take(1).readUInt8(),
      UInt32: () => take(4).readUInt32LE(),
      UInt64: long,
      DateTime64: long,
    };
    return Array.from({ length: rows }, one[outer ?? ""] ?? (() => assert.fail(`type ${type}`)));
  };
  const all: Value[][] = [];
  while (at < bytes.length) {
    assert.deepEqual([...take(8)], [1, 0, 2, 255, 255, 255, 255, 0], "description of the block");
    const [columns, rows] = [number(), number()];
    const read = Array.from({ length: columns }, () => {
      string();
      const type = string();
      assert.equal(take(1).readUInt8(), 0, "flag of the column");
      if (rows > 0 && type.includes("LowCardinality(")) assert.equal(long(), 1);
      return values(type, rows);
    });
    for (let row = 0; row < rows; row++) all.push(read.map((column) => column[row] ?? ""));
  }
  return all;
}
