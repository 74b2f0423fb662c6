import { ClickHouseError } from "../base/clickHouseError";
import type { ByteReader } from "./byteReader";
import { type DataType, elementType, parseDataType } from "./dataType";

const NOT_IMPLEMENTED = 48;
const JSON_AS_TEXT = 1;
const KEY_WIDTH_BITS = 0xff;
const HAS_OWN_KEYS = 1 << 9;

/** Bytes per value, for types with values of fixed length. */
const WIDTHS: Readonly<Record<string, number>> = {
  ...{ Nothing: 1, Bool: 1, UInt8: 1, Int8: 1, Enum8: 1, UInt16: 2, Int16: 2, Enum16: 2, BFloat16: 2 },
  ...{ Date: 2, Date32: 4, DateTime: 4, Time: 4, DateTime64: 8, Time64: 8, IPv4: 4, IPv6: 16, UUID: 16 },
  ...{ UInt32: 4, Int32: 4, Float32: 4, UInt64: 8, Int64: 8, Float64: 8, Point: 16 },
  ...{ UInt128: 16, Int128: 16, UInt256: 32, Int256: 32 },
};
/** Types that are aliases of others. */
const SYNONYMS: Readonly<Record<string, string>> = {
  Ring: "Array(Point)",
  LineString: "Array(Point)",
  Polygon: "Array(Ring)",
  MultiLineString: "Array(LineString)",
  MultiPolygon: "Array(Polygon)",
};

/**
 * Moves a reader to the end of a column's values in ClickHouse's format Native (https://clickhouse.com/docs:
 * NativeFormat). For JSON columns it supports the form of `output_format_native_write_json_as_string=1`.
 *
 * @throws ClickHouseError for types that it does not support
 */
export function skipColumn(reader: ByteReader, type: string, rows: number): void {
  if (rows === 0) return;
  skipPrefix(reader, type);
  skipValues(reader, type, rows);
}

/** The component types of a type, in the order of their values. */
function inner({ name, parameters }: DataType): readonly string[] {
  if (name === "Tuple" || name === "Nested") return parameters.map(elementType);
  if (name === "SimpleAggregateFunction") return parameters.slice(1);
  return ["Array", "Nullable", "Map", "Variant"].includes(name) ? parameters : [];
}

/** The prefix before all values: versions of the serialization of dictionaries, variants and JSON. */
function skipPrefix(reader: ByteReader, text: string): void {
  const type = parseDataType(SYNONYMS[text] ?? text);
  if (type.name === "LowCardinality") {
    reader.uint64();
    return;
  }
  if (type.name === "JSON" && reader.uint64() !== JSON_AS_TEXT)
    throw unknown(text, "; the setting output_format_native_write_json_as_string=1 has it as text");
  if (type.name === "Variant" && reader.uint64() !== 0) throw unknown(text);
  for (const element of inner(type)) skipPrefix(reader, element);
}

/** How values of types with varying lengths are skipped. */
const SKIPS: Readonly<Record<string, (reader: ByteReader, type: DataType, rows: number) => void>> = {
  String: (reader, _, rows) => skipStrings(reader, rows),
  JSON: (reader, _, rows) => skipStrings(reader, rows),
  Nullable: (reader, type, rows) => {
    reader.skip(rows);
    skipAll(reader, inner(type), rows);
  },
  Tuple: (reader, type, rows) => {
    // A tuple without elements has one byte per row.
    if (type.parameters.length === 0) reader.skip(rows);
    skipAll(reader, inner(type), rows);
  },
  SimpleAggregateFunction: (reader, type, rows) => skipAll(reader, inner(type), rows),
  Array: (reader, type, rows) => skipAll(reader, inner(type), lastOffset(reader, rows)),
  Map: (reader, type, rows) => skipAll(reader, inner(type), lastOffset(reader, rows)),
  Nested: (reader, type, rows) => skipAll(reader, inner(type), lastOffset(reader, rows)),
  LowCardinality: (reader, type, rows) => skipDictionary(reader, type.parameters[0] ?? "", rows),
  Variant: (reader, type, rows) => skipVariants(reader, inner(type), rows),
};

function skipValues(reader: ByteReader, text: string, rows: number): void {
  const type = parseDataType(SYNONYMS[text] ?? text);
  const width = widthOf(type);
  const skip = SKIPS[type.name];
  if (width !== undefined) reader.skip(width * rows);
  else if (skip) skip(reader, type, rows);
  else throw unknown(text);
}

function widthOf({ name, parameters }: DataType): number | undefined {
  if (name === "FixedString") return Number(parameters[0]);
  if (name.startsWith("Interval")) return 8;
  if (name !== "Decimal") return WIDTHS[name];
  const digits = Number(parameters[0]);
  return [4, 8, 16, 32][[9, 18, 38, 76].findIndex((most) => digits <= most)];
}

function skipAll(reader: ByteReader, types: readonly string[], rows: number): void {
  for (const type of types) skipValues(reader, type, rows);
}

function skipStrings(reader: ByteReader, rows: number): void {
  for (let row = 0; row < rows; row++) reader.skip(reader.varUint());
}

/** Offsets say where each row's elements end; the last offset is the number of elements. */
function lastOffset(reader: ByteReader, rows: number): number {
  if (rows === 0) return 0;
  reader.skip((rows - 1) * 8);
  return reader.uint64();
}

/** Frequent values are written once, and the rows contain their indexes. */
function skipDictionary(reader: ByteReader, type: string, rows: number): void {
  const { name, parameters } = parseDataType(type);
  const keys = name === "Nullable" ? (parameters[0] ?? "") : type;
  for (let left = rows; left > 0; ) {
    const flags = reader.uint64();
    if (flags & HAS_OWN_KEYS) skipValues(reader, keys, reader.uint64());
    const count = reader.uint64();
    if (count === 0) throw unknown(`LowCardinality(${type})`);
    reader.skip(count * (1 << (flags & KEY_WIDTH_BITS)));
    left -= count;
  }
}

function skipVariants(reader: ByteReader, types: readonly string[], rows: number): void {
  const counts = types.map(() => 0);
  for (let row = 0; row < rows; row++) {
    const index = reader.byte();
    if (counts[index] !== undefined) counts[index]++;
  }
  for (const [index, type] of types.entries()) skipValues(reader, type, counts[index] ?? 0);
}

function unknown(type: string, hint = ""): ClickHouseError {
  return new ClickHouseError(
    NOT_IMPLEMENTED,
    `This server doesn't write ${type} in format Native for a client_protocol_version${hint}. (NOT_IMPLEMENTED)`,
  );
}
