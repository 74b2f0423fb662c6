import type { AnyValue, KeyValue } from "./messages";

/** An attribute's or a body's value: integers are bigint, floating-point numbers number, nothing is null. */
export type Value = null | string | boolean | bigint | number | Uint8Array | readonly Value[] | ValueMap;

/** Keys and values in their order. */
export type ValueMap = ReadonlyMap<string, Value>;

/** Reads an OTLP value. */
export function toValue(any: AnyValue | null): Value {
  if (any === null) return null;
  if (any.arrayValue !== undefined) return any.arrayValue.values.map(toValue);
  if (any.kvlistValue !== undefined) return toMap(any.kvlistValue.values);
  return any.stringValue ?? any.boolValue ?? any.intValue ?? any.doubleValue ?? any.bytesValue ?? null;
}

/** Reads OTLP attributes; of equal keys the last one counts. */
export function toMap(attributes: readonly KeyValue[]): ValueMap {
  return new Map(attributes.map(({ key, value }) => [key, toValue(value)]));
}

/** Reads a value of `JSON.parse`; its numbers are floating-point numbers, as in the collector. */
export function fromJson(json: unknown): Value {
  if (Array.isArray(json)) return json.map(fromJson);
  if (typeof json === "object" && json !== null) {
    return new Map(Object.entries(json).map(([key, value]) => [key, fromJson(value)]));
  }
  if (typeof json === "string" || typeof json === "boolean" || typeof json === "number") return json;
  return null;
}

export function isMap(value: unknown): value is ValueMap {
  return value instanceof Map;
}

/** The string that the collector writes for a value into a String column: JSON for lists and maps, base64 for bytes. */
export function asString(value: Value): string {
  if (value === null) return "";
  if (typeof value === "string") return value;
  if (value instanceof Uint8Array) return Buffer.from(value).toString("base64");
  if (typeof value === "number") return numberText(value);
  if (typeof value === "object") return compositeText(value);
  return String(value);
}

/** Attributes in a row. Without a prototype, so that every key is an ordinary one. */
export function asStrings(map: ValueMap): Record<string, string> {
  const strings: Record<string, string> = Object.create(null);
  for (const [key, value] of map) strings[key] = asString(value);
  return strings;
}

/** A number as Go and JavaScript write it in JSON; words for one that JSON can't hold. */
export function numberText(value: number): string {
  if (Number.isFinite(value)) return Object.is(value, -0) ? "-0" : String(value);
  const name = Number.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
  return `json: unsupported value: ${name}`;
}

/** Empty if it contains a number that JSON cannot represent. */
function compositeText(value: readonly Value[] | ValueMap): string {
  try {
    return jsonText(value, TEXT);
  } catch (error) {
    if (error instanceof NotInJson) return "";
    throw error;
  }
}

class NotInJson extends Error {}

/** How numbers and strings are written. */
interface JsonStyle {
  readonly number: (value: number) => string;
  readonly text: (value: string) => string;
}

const TEXT: JsonStyle = {
  number: (value) => {
    if (!Number.isFinite(value)) throw new NotInJson();
    return numberText(value);
  },
  text: JSON.stringify,
};

/** JSON as Go writes it: maps in the order of their keys' bytes, bytes as base64, missing values as null. */
export function jsonText(value: Value, style: JsonStyle): string {
  if (value === null || (value instanceof Uint8Array && value.length === 0)) return "null";
  if (typeof value === "bigint" || typeof value === "boolean") return String(value);
  if (typeof value === "number") return style.number(value);
  if (typeof value === "string") return style.text(value);
  if (value instanceof Uint8Array) return style.text(Buffer.from(value).toString("base64"));
  if (!isMap(value)) return `[${value.map((element) => jsonText(element, style)).join(",")}]`;
  const entries = [...value].sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  return `{${entries.map(([key, entry]) => `${style.text(key)}:${jsonText(entry, style)}`).join(",")}}`;
}
