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

/** Valid attributes within the limits. */
export class AttributeSet {
  readonly values: Attributes = {};
  /** Number of attributes over the limit. */
  dropped = 0;
  private count = 0;

  constructor(private readonly limits: Limits) {}

  put(key: string, value: unknown): void {
    if (!key || value === undefined || !isAttributeValue(value)) return;
    if (!Object.hasOwn(this.values, key)) {
      if (this.count >= this.limits.attributes) {
        this.dropped += 1;
        return;
      }
      this.count += 1;
    }
    this.values[key] = shortened(value, this.limits.valueLength);
  }

  /** Adds arbitrary attributes; invalid ones are dropped. */
  putAll(given: unknown): void {
    if (typeof given !== "object" || given === null) return;
    for (const key of Object.keys(given)) this.put(key, (given as Record<string, unknown>)[key]);
  }
}

function shortened(value: AttributeValue, length: number): AttributeValue {
  if (typeof value === "string") return value.length > length ? value.slice(0, length) : value;
  // A later change of the list must not change the span.
  if (!Array.isArray(value)) return value;
  return value.map((item) => (typeof item === "string" ? item.slice(0, length) : item)) as AttributeValue;
}

/** The valid ones of arbitrary attributes. */
export function validAttributes(given: unknown, limits: Limits): { attributes: Attributes; dropped: number } {
  const set = new AttributeSet(limits);
  set.putAll(given);
  return { attributes: set.values, dropped: set.dropped };
}
