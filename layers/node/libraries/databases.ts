import { errorMonitor } from "node:events";
import type { DatabaseCall } from "../core/databaseSpan";
import { at, stringAt } from "../core/json";
import { safely } from "../tracing/invocation";
import type { Layer } from "../tracing/layer";
import type { Span } from "../tracing/span";
import { callEnded, callStarted, endingCallback, endingResult, traceChannel } from "./databaseCalls";
import type { ModuleHook } from "./modules";

type Method = (this: never, ...args: unknown[]) => unknown;
type Methods = Record<string, Method | undefined>;

/** Replaces a method by one that receives the original. */
function wrap(owner: unknown, name: string, made: (original: Method) => Method): void {
  const methods = (owner ?? {}) as Methods;
  const original = methods[name];
  if (typeof original === "function") methods[name] = made(original);
}

const prototypeOf = (made: unknown): unknown =>
  typeof made === "function" ? (made.prototype as unknown) : undefined;

const numberAt = (value: unknown, name: string): number | undefined => {
  const found = Number(at(value, name));
  return Number.isInteger(found) && found > 0 ? found : undefined;
};

/** The server's description in the channels of mysql2, node-redis and ioredis. */
const server = (message: unknown): Pick<DatabaseCall, "host" | "port"> => ({
  host: stringAt(message, "serverAddress"),
  port: numberAt(message, "serverPort"),
});

/**
 * Clients of PostgreSQL: `pg`, and libraries built on it. Cursors and streams, which do not report their end, create no
 * spans.
 */
export function pgHooks(layer: Layer): ModuleHook[] {
  const query = (original: Method): Method =>
    function query(this: never, ...args: unknown[]): unknown {
      const [config] = args;
      const text = typeof config === "string" ? config : at(config, "text");
      if (typeof text !== "string" || typeof at(config, "submit") === "function")
        return original.apply(this, args as never);
      const parameters = at(this, "connectionParameters");
      const span = callStarted(layer, "pg", () => ({
        system: "postgresql",
        query: text,
        namespace: stringAt(parameters, "database"),
        host: stringAt(parameters, "host"),
        port: numberAt(parameters, "port"),
      }));
      return span === undefined ? original.apply(this, args as never) : runCall(span, original, this, args);
    };
  const connect = (original: Method): Method =>
    function connect(this: never, ...args: unknown[]): unknown {
      // A connection that is waited for is passed on by the code that releases it.
      const [callback] = args;
      const bound =
        typeof callback === "function"
          ? layer.contexts().bind(layer.contexts().active(), callback)
          : callback;
      return original.apply(this, [bound, ...args.slice(1)] as never);
    };
  return [
    { path: "/pg/lib/client.js", patch: (exports) => wrap(prototypeOf(exports), "query", query) },
    { path: "/pg-pool/index.js", patch: (exports) => wrap(prototypeOf(exports), "connect", connect) },
  ];
}

/** A call that ends with its callback, a promise, or events of its return value. */
function runCall(span: Span, original: Method, self: never, args: unknown[]): unknown {
  const last = args.length - 1;
  // The last argument of an async function may be a class: the MongoDB driver's is, from version 6 on.
  const hasCallback = typeof args[last] === "function" && original.constructor.name !== "AsyncFunction";
  if (hasCallback) args[last] = endingCallback(span, args[last] as never);
  let returned: unknown;
  try {
    returned = original.apply(self, args as never);
  } catch (error) {
    callEnded(span, error);
    throw error;
  }
  if (hasCallback) return returned;
  const emitter = returned as Partial<Emitter> | undefined;
  if (typeof emitter?.once !== "function") return endingResult(span, returned);
  emitter.once(errorMonitor, (error) => callEnded(span, error));
  emitter.once("end", () => callEnded(span));
  return returned;
}

interface Emitter {
  once(event: unknown, listener: (error?: unknown) => void): void;
}

/** mysql2: through its channels if it has them (3.20 and later), otherwise through its connections. */
export function mysqlHooks(layer: Layer): ModuleHook[] {
  let hasChannels = false;
  const announced = (): void => {
    hasChannels = true;
  };
  for (const channel of ["mysql2:query", "mysql2:execute"]) {
    traceChannel(layer, channel, "mysql2", (message) => ({
      system: "mysql",
      query: stringAt(message, "query"),
      namespace: stringAt(message, "database"),
      ...server(message),
    }));
  }
  const call = (original: Method): Method =>
    function call(this: never, ...args: unknown[]): unknown {
      const text = typeof args[0] === "string" ? args[0] : at(args[0], "sql");
      if (hasChannels || typeof text !== "string") return original.apply(this, args as never);
      const config = at(this, "config");
      const span = callStarted(layer, "mysql2", () => ({
        system: "mysql",
        query: text,
        namespace: stringAt(config, "database"),
        host: stringAt(config, "host"),
        port: numberAt(config, "port"),
      }));
      return span === undefined ? original.apply(this, args as never) : runCall(span, original, this, args);
    };
  const patch = (exports: unknown): void => {
    const prototype = prototypeOf(exports);
    for (const name of ["query", "execute"]) {
      if (Object.hasOwn(prototype ?? {}, name)) wrap(prototype, name, call);
    }
  };
  return [
    { path: "/mysql2/lib/tracing.js", patch: announced },
    { path: "/mysql2/lib/connection.js", patch },
    { path: "/mysql2/lib/base/connection.js", patch },
  ];
}

const redisCall = (message: unknown): DatabaseCall => ({
  system: "redis",
  operation: (stringAt(message, "command") ?? stringAt(message, "batchMode"))?.toUpperCase(),
  namespace: at(message, "database") === undefined ? undefined : String(at(message, "database")),
  batchSize: numberAt(message, "batchSize"),
  ...server(message),
});

/** node-redis: through its channels if it has them (5.12 and later), otherwise through its clients (5.0 and later). */
export function redisHooks(layer: Layer): ModuleHook[] {
  let hasChannels = false;
  const announced = (): void => {
    hasChannels = true;
  };
  traceChannel(layer, "node-redis:command", "redis", redisCall);
  const send = (original: Method): Method =>
    function sendCommand(this: never, ...args: unknown[]): unknown {
      if (hasChannels || !Array.isArray(args[0])) return original.apply(this, args as never);
      const operation = String(args[0][0]).toUpperCase();
      const span = callStarted(layer, "redis", () => ({ system: "redis", operation }));
      return span === undefined ? original.apply(this, args as never) : runCall(span, original, this, args);
    };
  return [
    { path: "/@redis/client/dist/lib/client/tracing.js", patch: announced },
    {
      path: "/@redis/client/dist/lib/client/index.js",
      patch: (exports) => wrap(prototypeOf(at(exports, "default")), "sendCommand", send),
    },
  ];
}

/** ioredis: through its channels if it has them (5.10 and later), otherwise through its clients. */
export function ioredisHooks(layer: Layer): ModuleHook[] {
  let hasChannels = false;
  const announced = (): void => {
    hasChannels = true;
  };
  traceChannel(layer, "ioredis:command", "ioredis", redisCall);
  const sent = new WeakSet<object>();
  const send = (original: Method): Method =>
    function sendCommand(this: never, ...args: unknown[]): unknown {
      const command = args[0] as Settling;
      const operation = stringAt(command, "name")?.toUpperCase();
      // A command that waits for its connection is sent again.
      if (hasChannels || operation === undefined || sent.has(command)) {
        return original.apply(this, args as never);
      }
      sent.add(command);
      const options = at(this, "options");
      const span = callStarted(layer, "ioredis", () => ({
        system: "redis",
        operation,
        host: stringAt(options, "host"),
        port: numberAt(options, "port"),
      }));
      if (span !== undefined) safely(() => endByCommand(span, command));
      return original.apply(this, args as never);
    };
  const patch = (exports: unknown): void =>
    wrap(prototypeOf(at(exports, "default")) ?? prototypeOf(exports), "sendCommand", send);
  return [
    { path: "/ioredis/built/tracing.js", patch: announced },
    { path: "/ioredis/built/Redis.js", patch },
    { path: "/ioredis/built/redis/index.js", patch },
  ];
}

interface Settling {
  resolve: (result: unknown) => void;
  reject: (error: unknown) => void;
}

/** Handling the command's promise would hide a rejection that the function does not handle. */
function endByCommand(span: Span, command: Settling): void {
  const { resolve, reject } = command;
  command.resolve = (result) => {
    callEnded(span);
    resolve(result);
  };
  command.reject = (error) => {
    callEnded(span, error);
    reject(error);
  };
}

/** Commands that the driver sends on its own. */
const OWN_COMMANDS = [
  "hello",
  "ismaster",
  "isMaster",
  "ping",
  "saslStart",
  "saslContinue",
  "endSessions",
  "killCursors",
];

/** The MongoDB driver, version 4 and later. */
export function mongodbHooks(layer: Layer): ModuleHook[] {
  const command = (original: Method): Method =>
    function command(this: never, ...args: unknown[]): unknown {
      const [namespace, sent] = args;
      const operation = typeof sent === "object" && sent !== null ? Object.keys(sent)[0] : undefined;
      if (operation === undefined || OWN_COMMANDS.includes(operation))
        return original.apply(this, args as never);
      const address = /^(.*):(\d+)$/.exec(stringAt(this, "address") ?? "");
      const span = callStarted(layer, "mongodb", () => ({
        system: "mongodb",
        operation,
        collection: stringAt(sent, operation) ?? stringAt(sent, "collection"),
        namespace: stringAt(namespace, "db"),
        host: address?.[1],
        port: address === null ? undefined : Number(address[2]),
      }));
      return span === undefined ? original.apply(this, args as never) : runCall(span, original, this, args);
    };
  return [
    {
      path: "/mongodb/lib/cmap/connection.js",
      patch: (exports) => wrap(prototypeOf(at(exports, "Connection")), "command", command),
    },
  ];
}
