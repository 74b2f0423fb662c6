import type { Attributes, AttributeValue } from "./spanData";

/**
 * Whether it is a value that OpenTelemetry allows: a string, number, boolean, or a list of one of these, in which `null` and
 * `undefined` may stand.
 */
export function isAttributeValue(value: unknown): value is AttributeValue {
  if (!Array.isArray(value)) return isPrimitive(value);
  let type: string | undefined;
  for (const item of value) {
    if (item === null || item === undefined) continue;
    if (!isPrimitive(item)) return false;
    type ??= typeof item;
    if (typeof item !== type) return false;
  }
  return true;
}

const isPrimitive = (value: unknown): boolean =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean";

/** Limits of OpenTelemetry's "Span Limits". */
export interface Limits {
  attributes: number;
  /** Characters of a string; default: any number. */
  valueLength: number;
  events: number;
  links: number;
}

/** Adds a valid attribute in its limits. @returns whether it was left out because of the limit. */
export function putAttribute(target: Attributes, key: string, value: unknown, limits: Limits): boolean {
  if (!key || !isAttributeValue(value)) return false;
  if (!Object.hasOwn(target, key) && Object.keys(target).length >= limits.attributes) return true;
  target[key] = shortened(value, limits.valueLength);
  return false;
}

function shortened(value: AttributeValue, length: number): AttributeValue {
  if (typeof value === "string") return value.length > length ? value.slice(0, length) : value;
  // A list that changes later must not change the span.
  if (!Array.isArray(value)) return value;
  return value.map((item) => (typeof item === "string" ? item.slice(0, length) : item)) as AttributeValue;
}

/** The valid ones of anybody's attributes; `undefined` values are left out. */
export function validAttributes(given: unknown, limits: Limits): { attributes: Attributes; dropped: number } {
  const attributes: Attributes = {};
  let dropped = 0;
  if (typeof given !== "object" || given === null) return { attributes, dropped };
  for (const [key, value] of Object.entries(given)) {
    if (putAttribute(attributes, key, value, limits)) dropped += 1;
  }
  return { attributes, dropped };
}
