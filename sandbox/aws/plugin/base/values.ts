import { Struct } from "google-protobuf/google/protobuf/struct_pb";

/** Properties of a resource as plain data: absent instead of null, secrets unwrapped, assets with their signature. */
export type PropertyMap = Record<string, unknown>;

/** What the engine sends and expects for a value that is unknown at preview. */
export const unknownValue = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
/** Input that lists which other inputs the provider filled in, as Pulumi's bridged providers keep it. */
export const defaultsKey = "__defaults";

const signatureKey = "4dabf18193072939515e22adb298388d";
const secretSignature = "1b47061264138c4ac30d75fd1eb44270";
const assetSignature = "c44067f5952c0a294b673a41bacd8c17";
const archiveSignature = "0def7320c3a5731c473e5ecbe6d01bc7";

/** A file as the engine sends it: a text or a path. */
export interface AssetValue {
  text?: string;
  path?: string;
  uri?: string;
  hash?: string;
}

/** An archive as the engine sends it: named assets and archives, or a path to a directory or a zip. */
export interface ArchiveValue {
  assets?: Record<string, unknown>;
  path?: string;
  uri?: string;
  hash?: string;
}

/** True for an object that is neither null nor a list. */
export function isObject(value: unknown): value is PropertyMap {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

export function isAsset(value: unknown): value is AssetValue {
  return isObject(value) && value[signatureKey] === assetSignature;
}

export function isArchive(value: unknown): value is ArchiveValue {
  return isObject(value) && value[signatureKey] === archiveSignature;
}

/** Reads a message's properties; a missing message is no properties. */
export function fromStruct(struct: Struct | undefined): PropertyMap {
  const plain = simplify(struct?.toJavaScript() ?? {});
  return isObject(plain) ? plain : {};
}

/** Writes properties into a message; undefined ones are omitted. */
export function toStruct(properties: object): Struct {
  return Struct.fromJavaScript(JSON.parse(JSON.stringify(properties)));
}

function simplify(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(simplify);
  if (!isObject(value)) return value;
  // Provider credentials arrive wrapped, although this provider declares that it accepts no secrets.
  if (value[signatureKey] === secretSignature) return simplify(value.value);
  const entries = Object.entries(value).filter(([, item]) => item !== null && item !== undefined);
  return Object.fromEntries(entries.map(([key, item]) => [key, simplify(item)]));
}

/** True if the value is, or contains, something unknown. */
export function hasUnknown(value: unknown): boolean {
  if (Array.isArray(value)) return value.some(hasUnknown);
  if (isObject(value)) return Object.values(value).some(hasUnknown);
  return value === unknownValue;
}

/** Deep equality; absent and empty are the same, key order is ignored, assets are compared by content. */
export function sameValue(a: unknown, b: unknown): boolean {
  return JSON.stringify(comparable(a)) === JSON.stringify(comparable(b));
}

function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(comparable);
  if (!isObject(value)) return value === "" ? undefined : value;
  if (isAsset(value) || isArchive(value)) return { hash: value.hash };
  const entries = Object.entries(value)
    .map(([key, item]): [string, unknown] => [key, comparable(item)])
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
}

/** True if both are equivalent JSON documents. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (typeof a !== "string" || typeof b !== "string") return a === b;
  try {
    return sameValue(JSON.parse(a), JSON.parse(b));
  } catch {
    return a === b;
  }
}
