import { fromJson, isMap, type Value, type ValueMap } from "./value";

/**
 * The attributes that ClickStack's collector stores for a log record: a JSON object found in a text body is
 * merged in, everything is flattened to dotted keys, and the fields of a body that is a map are added as they are.
 */
export function mergeBody(attributes: ValueMap, body: Value): ValueMap {
  const merged = new Map(attributes);
  if (typeof body === "string") {
    for (const [key, value] of findJsonObject(body) ?? []) merged.set(key, value);
  }
  const flat = new Map<string, Value>();
  flatten(merged, "", flat);
  if (isMap(body)) {
    for (const [key, value] of body) flat.set(key, value);
  }
  return flat;
}

/** The object written from the first brace of a line to its last closing one, in the first line that has both. */
function findJsonObject(text: string): ValueMap | undefined {
  if (!text.includes("{")) return undefined;
  for (const line of text.split("\n")) {
    const start = line.indexOf("{");
    const end = line.lastIndexOf("}");
    if (start < 0 || end < start) continue;
    const value = parseJson(line.slice(start, end + 1));
    return isMap(value) ? value : undefined;
  }
  return undefined;
}

function parseJson(text: string): Value | undefined {
  try {
    return fromJson(JSON.parse(text));
  } catch {
    return undefined; // Text with braces that is not JSON is common.
  }
}

/** Keys are joined by dots, except below an empty key. */
function flatten(map: ValueMap, name: string, flat: Map<string, Value>): void {
  const prefix = name === "" ? "" : `${name}.`;
  for (const [key, value] of map) flattenValue(prefix + key, value, flat);
}

/** Lists give a key for each element; in a list directly within a list its number follows without a dot. */
function flattenValue(name: string, value: Value, flat: Map<string, Value>): void {
  if (isMap(value)) flatten(value, name, flat);
  else if (Array.isArray(value)) {
    for (const [index, element] of (value as Value[]).entries()) {
      const at = `${name}.${index}`;
      if (Array.isArray(element)) {
        for (const [inner, one] of (element as Value[]).entries()) flattenValue(`${at}${inner}`, one, flat);
      } else flattenValue(at, element, flat);
    }
  } else flat.set(name, value);
}
