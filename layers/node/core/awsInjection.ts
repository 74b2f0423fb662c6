import type { AwsOperation } from "./awsOperation";
import { isObject, type JsonObject, parsed } from "./json";

/** Names and values of the context, as sent in headers. */
export type ContextFields = readonly (readonly [name: string, value: string])[];

export interface Injection {
  fields: ContextFields;
  /** Services whose payloads may be changed, by the names of `CLICKSTACK_TRACING_INJECT`. */
  payloads: ReadonlySet<string>;
}

/**
 * The maximum number of attributes of an SQS message, and SNS drops messages with more on their way to SQS ("raw
 * message delivery").
 */
const MOST_ATTRIBUTES = 10;

/** Limits of a message with its attributes, in bytes: SNS's, which was SQS's until August 2025, and SQS's. */
const MESSAGE_LIMITS = [256 * 1024, 1024 * 1024];

/** The maximum length of Lambda's client context, in Base64 ("Invoke" in the API reference). */
const LONGEST_CLIENT_CONTEXT = 3583;

/**
 * The input of a call with the context added, or the input itself if there is no room or nothing to add. The input
 * belongs to the user and is not changed.
 */
export function injected(call: AwsOperation, injection: Injection): unknown {
  const { input } = call;
  if (!isObject(input)) return input;
  const key = `${call.service}.${call.operation}`;
  return (Object.hasOwn(PLACES, key) ? PLACES[key]?.(input, injection) : undefined) ?? input;
}

type Place = (input: JsonObject, injection: Injection) => JsonObject | undefined;

const PLACES: Readonly<Record<string, Place>> = {
  "SQS.SendMessage": (input, { fields }) => withAttributes(input, fields, "MessageBody"),
  "SQS.SendMessageBatch": (input, { fields }) =>
    eachOf(input, "Entries", (entry) => withAttributes(entry, fields, "MessageBody")),
  // Attributes of an SMS message are SNS's own.
  "SNS.Publish": (input, { fields }) =>
    input.PhoneNumber === undefined ? withAttributes(input, fields, "Message") : undefined,
  "SNS.PublishBatch": (input, { fields }) =>
    eachOf(input, "PublishBatchRequestEntries", (entry) => withAttributes(entry, fields, "Message")),
  "Lambda.Invoke": invocation,
  "Lambda.InvokeWithResponseStream": invocation,
  "EventBridge.PutEvents": (input, { fields, payloads }) =>
    payloads.has("eventbridge")
      ? eachOf(input, "Entries", (entry) => withText(entry, "Detail", fields))
      : undefined,
  "SFN.StartExecution": execution,
  "SFN.StartSyncExecution": execution,
  "Kinesis.PutRecord": (input, { fields, payloads }) =>
    payloads.has("kinesis") ? withBytes(input, "Data", fields) : undefined,
  "Kinesis.PutRecords": (input, { fields, payloads }) =>
    payloads.has("kinesis")
      ? eachOf(input, "Records", (record) => withBytes(record, "Data", fields))
      : undefined,
};

function eachOf(input: JsonObject, name: string, change: (entry: JsonObject) => JsonObject | undefined) {
  const list = input[name];
  if (!Array.isArray(list)) return undefined;
  return { ...input, [name]: list.map((entry) => (isObject(entry) ? (change(entry) ?? entry) : entry)) };
}

/** As many fields as fit, the most important one first. An existing context is kept. */
function withAttributes(message: JsonObject, fields: ContextFields, body: string): JsonObject | undefined {
  const present = message.MessageAttributes ?? {};
  if (!isObject(present) || Object.hasOwn(present, "traceparent")) return undefined;
  const attributes: Record<string, unknown> = { ...present };
  let added = 0;
  for (const [name, value] of fields) {
    if (Object.hasOwn(attributes, name) || Object.keys(attributes).length >= MOST_ATTRIBUTES) continue;
    attributes[name] = { DataType: "String", StringValue: value };
    added += name.length + "String".length + Buffer.byteLength(value);
  }
  if (added === 0 || crossesLimit(message[body], present, added)) return undefined;
  return { ...message, MessageAttributes: attributes };
}

/** Whether adding the context would exceed the size limit: no message may fail because of its trace. */
function crossesLimit(body: unknown, attributes: JsonObject, added: number): boolean {
  if (typeof body !== "string" || body.length * 3 < 64 * 1024) return false;
  const size = Buffer.byteLength(body) + Buffer.byteLength(JSON.stringify(attributes));
  return MESSAGE_LIMITS.some((limit) => size <= limit && size + added > limit);
}

/**
 * The client context of a synchronous call; the payload of an asynchronous one, for which Lambda passes no client
 * context.
 */
function invocation(input: JsonObject, { fields, payloads }: Injection): JsonObject | undefined {
  if (input.InvocationType === "DryRun") return undefined;
  if (input.InvocationType === "Event") {
    return payloads.has("lambda") ? withBytes(input, "Payload", fields) : undefined;
  }
  const given = input.ClientContext;
  const context = given === undefined ? {} : parsed(Buffer.from(String(given), "base64").toString("utf8"));
  if (!isObject(context)) return undefined;
  const custom = context.custom ?? {};
  if (!isObject(custom) || Object.hasOwn(custom, "traceparent")) return undefined;
  for (const some of [fields, fields.slice(0, 1)]) {
    const changed = { ...context, custom: { ...custom, ...Object.fromEntries(some) } };
    const text = Buffer.from(JSON.stringify(changed)).toString("base64");
    if (text.length <= LONGEST_CLIENT_CONTEXT) return { ...input, ClientContext: text };
  }
  return undefined;
}

function execution(input: JsonObject, { fields, payloads }: Injection): JsonObject | undefined {
  return payloads.has("stepfunctions") ? withText(input, "input", fields) : undefined;
}

function withText(input: JsonObject, name: string, fields: ContextFields): JsonObject | undefined {
  const text = withContext(input[name], fields);
  return text === undefined ? undefined : { ...input, [name]: text };
}

/** Bytes, or a string that the SDK encodes. */
function withBytes(input: JsonObject, name: string, fields: ContextFields): JsonObject | undefined {
  const data = input[name];
  if (typeof data === "string") return withText(input, name, fields);
  if (!(data instanceof Uint8Array)) return undefined;
  const text = withContext(
    Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString("utf8"),
    fields,
  );
  return text === undefined ? undefined : { ...input, [name]: Buffer.from(text) };
}

/** A JSON object with the context before its own fields, whose text is unchanged: numbers keep their digits. */
function withContext(text: unknown, fields: ContextFields): string | undefined {
  if (typeof text !== "string" || fields.length === 0) return undefined;
  const object = parsed(text);
  if (!isObject(object) || Object.hasOwn(object, "traceparent")) return undefined;
  const own = JSON.stringify(Object.fromEntries(fields.filter(([name]) => !Object.hasOwn(object, name))));
  const rest = text.slice(text.indexOf("{") + 1);
  return `${own.slice(0, -1)}${Object.keys(object).length > 0 ? "," : ""}${rest}`;
}
