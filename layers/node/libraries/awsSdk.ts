import { injected } from "../core/awsInjection";
import { type AwsOperation, operationSpan } from "../core/awsOperation";
import { at, stringAt } from "../core/json";
import { type Context, SPAN_KEY } from "../tracing/context";
import { safely } from "../tracing/invocation";
import type { Layer } from "../tracing/layer";
import { headersOf } from "../tracing/propagator";
import type { Span } from "../tracing/span";
import type { ModuleHook } from "./modules";
import { isTraceable, requestFailed, SDK_KEY } from "./requests";

type Callback = (error: unknown, data?: unknown) => void;
type Send = (this: unknown, ...args: unknown[]) => unknown;

/** Marks wrapped functions. */
const SEEN = Symbol("clickstack.traced");

/**
 * The AWS SDK for JavaScript, version 3: every client's class extends one class, whose `send` is wrapped, in whichever
 * package a version has it (`@smithy/smithy-client`, `@smithy/core`).
 */
export function awsSdkHooks(layer: Layer): ModuleHook[] {
  const patch = (exports: unknown): void => {
    for (const [name, value] of Object.entries(exports as object)) {
      if (/Client$/.test(name) && typeof value === "function") safely(() => wrapSend(layer, value.prototype));
    }
  };
  return [
    { path: "/@aws-sdk/client-", patch },
    { path: "/aws-sdk/lib/service.js", patch: (exports) => wrapMakeRequest(layer, exports) },
  ];
}

/** Wraps a client's `send`, once, where it is defined. */
function wrapSend(layer: Layer, prototype: unknown): void {
  let owner = prototype as Record<string | symbol, unknown> | null;
  while (owner !== null && !Object.hasOwn(owner, "send")) owner = Object.getPrototypeOf(owner);
  const original = owner?.send as Send | undefined;
  if (owner === null || typeof original !== "function" || Object.hasOwn(original, SEEN)) return;
  function send(this: unknown, ...args: unknown[]): unknown {
    const call = safely(() => describe(this, args[0]));
    const active = layer.contexts().active();
    if (call === undefined || !isTraceable(layer, active)) return original?.apply(this, args);
    const started = safely(() => start(layer, call, active));
    if (started === undefined) return original?.apply(this, args);
    const { span, context, input } = started;
    // The user's command and its input are not changed, since it may be sent again.
    if (input !== call.input)
      args[0] = Object.create(args[0] as object, { input: { value: input, enumerable: true } });
    const callback = args.findIndex((arg) => typeof arg === "function");
    if (callback > 0) args[callback] = watched(span, args[callback] as Callback);
    return settled(span, () => layer.contexts().with(context, original as Send, this, ...args));
  }
  Object.defineProperty(send, SEEN, { value: true });
  owner.send = send;
}

/** Runs a call and ends its span with it. */
function settled(span: Span, run: () => unknown): unknown {
  let result: unknown;
  try {
    result = run();
  } catch (error) {
    safely(() => failed(span, error));
    throw error;
  }
  if (typeof (result as { then?: unknown } | undefined)?.then !== "function") return result;
  // A new promise that replaces the SDK's: the caller handles it, and no other rejection is reported.
  return (result as Promise<unknown>).then(
    (output) => {
      safely(() => succeeded(span, at(output, "$metadata")));
      return output;
    },
    (error) => {
      safely(() => failed(span, error));
      throw error;
    },
  );
}

function describe(client: unknown, command: unknown): AwsOperation | undefined {
  const { config } = client as { config?: { serviceId?: unknown } };
  const { input, schema } = command as { input?: unknown; schema?: unknown };
  const service = config?.serviceId;
  const named = stringAt(schema, 2) ?? (command as object).constructor.name.replace(/Command$/, "");
  return typeof service === "string" && named !== "" ? { service, operation: named, input } : undefined;
}

interface Started {
  span: Span;
  context: Context;
  input: unknown;
}

function start(layer: Layer, call: AwsOperation, active: Context): Started {
  const { name, kind, attributes } = operationSpan(call);
  const span = layer.tracer("aws-sdk").startSpan(name, { kind, attributes }, active);
  const context = active.setValue(SPAN_KEY, span).setValue(SDK_KEY, span);
  const injection = { fields: headersOf(context), payloads: layer.settings.injectedPayloads };
  return { span, context, input: safely(() => injected(call, injection)) ?? call.input };
}

function succeeded(span: Span, metadata: unknown): void {
  span.setAttribute("aws.request_id", stringAt(metadata, "requestId"));
  span.setAttribute("http.response.status_code", at(metadata, "httpStatusCode"));
  span.end();
}

function failed(span: Span, error: unknown): void {
  const metadata = at(error, "$metadata");
  span.setAttribute("aws.request_id", stringAt(metadata, "requestId") ?? stringAt(error, "requestId"));
  span.setAttribute("http.response.status_code", at(metadata, "httpStatusCode") ?? at(error, "statusCode"));
  requestFailed({ span, headers: [] }, error);
  span.end();
}

function watched(span: Span, callback: Callback): Callback {
  return (error, data) => {
    safely(() => (error ? failed(span, error) : succeeded(span, at(data, "$metadata"))));
    callback(error, data);
  };
}

/** Services of version 2 into which a context is injected, by their `serviceIdentifier`. */
const VERSION_2: Readonly<Record<string, string>> = {
  sqs: "SQS",
  sns: "SNS",
  lambda: "Lambda",
  kinesis: "Kinesis",
  eventbridge: "EventBridge",
  stepfunctions: "SFN",
};

/**
 * The AWS SDK for JavaScript, version 2: requests get the context of the span in which they are created. Their own
 * spans are those of their HTTP requests, since a request may be created without ever being sent.
 */
function wrapMakeRequest(layer: Layer, service: unknown): void {
  const { prototype } = service as { prototype: { makeRequest?: Send } };
  const original = prototype.makeRequest;
  if (typeof original !== "function" || Object.hasOwn(original, SEEN)) return;
  function makeRequest(this: unknown, ...args: unknown[]): unknown {
    safely(() => {
      const name = String(args[0]);
      const service = VERSION_2[String((this as { serviceIdentifier?: unknown }).serviceIdentifier)];
      const active = layer.contexts().active();
      if (service === undefined || !isTraceable(layer, active)) return;
      const operation = name.charAt(0).toUpperCase() + name.slice(1);
      const injection = { fields: headersOf(active), payloads: layer.settings.injectedPayloads };
      args[1] = injected({ service, operation, input: args[1] }, injection);
    });
    return original?.apply(this, args);
  }
  Object.defineProperty(makeRequest, SEEN, { value: true });
  prototype.makeRequest = makeRequest;
}
