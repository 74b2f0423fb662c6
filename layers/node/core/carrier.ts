import { at, isObject } from "./json";

/** Returns the value of a header or message attribute by its lower-case name. */
export type Carrier = (name: string) => string | undefined;

/**
 * The value in an object for a case-insensitive name: a string, the first of several (multi-value headers), the value
 * of a message attribute of SQS (`stringValue`, `binaryValue`) or SNS (`Value`), or a list of bytes (Kafka, RabbitMQ).
 */
export function carrierOf(fields: unknown): Carrier {
  return (name) => {
    if (!isObject(fields)) return undefined;
    if (Object.hasOwn(fields, name)) return textOf(fields[name]);
    for (const key of Object.keys(fields)) {
      if (key.length === name.length && key.toLowerCase() === name) return textOf(fields[key]);
    }
    return undefined;
  };
}

/** The first of several carriers that has a value. */
export const firstOf =
  (...carriers: readonly Carrier[]): Carrier =>
  (name) => {
    for (const carrier of carriers) {
      const found = carrier(name);
      if (found !== undefined) return found;
    }
    return undefined;
  };

function textOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (Array.isArray(value)) return typeof value[0] === "number" ? bytesOf(value) : textOf(value[0]);
  if (!isObject(value)) return undefined;
  for (const key of ["stringValue", "Value", "value", "S", "bytes"]) {
    if (Object.hasOwn(value, key)) return binaryAware(value, textOf(value[key]));
  }
  const binary = at(value, "binaryValue");
  return typeof binary === "string" ? Buffer.from(binary, "base64").toString("utf8") : undefined;
}

/** SNS writes attributes of type Binary in Base64. */
function binaryAware(value: unknown, text: string | undefined): string | undefined {
  const isBinary = at(value, "Type") === "Binary" && text !== undefined;
  return isBinary ? Buffer.from(text, "base64").toString("utf8") : text;
}

/** The longest header that is read: the maximum of W3C Baggage. */
const LONGEST = 8192;

function bytesOf(bytes: readonly unknown[]): string | undefined {
  if (bytes.length > LONGEST || !bytes.every((byte) => Number.isInteger(byte))) return undefined;
  // Java writes bytes as -128 to 127.
  return Buffer.from(bytes as number[]).toString("utf8");
}
