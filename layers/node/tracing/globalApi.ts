import type { ContextManager } from "./context";

/** Where every 1.x version of `@opentelemetry/api` looks for what was registered. */
const KEY = Symbol.for("opentelemetry.js.api.1");

/** Every 1.x version takes what was registered by a version that is not older than itself. */
const NEWEST = "1.999.0";

/** What this layer registers. */
export interface OwnApi {
  trace: unknown;
  context: ContextManager;
  propagation: unknown;
}

/** The global object of the API, by the names that its versions use. */
type Registry = { version: string } & Record<string, unknown>;

export interface Registration {
  /** Whether somebody else's tracer provider is registered: the function has an SDK of its own. */
  hasOtherTracer(): boolean;
  /** Whoever's it is. */
  contexts(): ContextManager;
  /** From now on nobody registers another one; looking the API up costs nothing any more. */
  settle(): void;
}

/**
 * Registers the layer for the API's copies that the function bundles. An SDK that registers later takes its place: the API
 * would refuse that, without a word, since something is registered already, by another version. So the registry is
 * withheld from those calls that register, which are told by their names, and what they register counts from then on.
 */
export function register(own: OwnApi): Registration {
  const target = globalThis as unknown as Record<symbol, Registry | undefined>;
  const mine: Registry = { version: NEWEST, ...own };
  let other: Registry | undefined = target[KEY];
  const hasOtherTracer = (): boolean => other?.trace !== undefined;
  const contexts = (): ContextManager => (other?.context as ContextManager | undefined) ?? own.context;
  const visible = (): Registry => {
    if (other === undefined) return mine;
    const version = hasOtherTracer() ? other.version : NEWEST;
    return { ...mine, ...other, version };
  };
  Object.defineProperty(target, KEY, {
    configurable: true,
    enumerable: true,
    get: () => (isRegistering() ? other : visible()),
    set: (registry: Registry | undefined) => {
      if (registry !== mine) other = registry;
    },
  });
  const settle = (): void => {
    const value = visible();
    Object.defineProperty(target, KEY, { configurable: true, enumerable: true, writable: true, value });
  };
  return { hasOtherTracer, contexts, settle };
}

const REGISTERING = /\b(registerGlobal|setGlobal\w+|setLogger)$/;

/** Whether the API is being asked to register something, and not for what is registered. */
function isRegistering(): boolean {
  const { stackTraceLimit, prepareStackTrace } = Error;
  try {
    Error.stackTraceLimit = 5;
    Error.prepareStackTrace = (_, sites) => sites;
    const sites = new Error().stack as unknown as NodeJS.CallSite[];
    return sites.some((site) => REGISTERING.test(site.getFunctionName() ?? ""));
  } catch {
    return false;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
    Error.prepareStackTrace = prepareStackTrace;
  }
}
