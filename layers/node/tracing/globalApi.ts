import type { ContextManager } from "./context";

/** Where every 1.x version of `@opentelemetry/api` looks for its registrations. */
const KEY = Symbol.for("opentelemetry.js.api.1");

/** Every 1.x version accepts registrations by a version that is not older than itself. */
const NEWEST = "1.999.0";

/** What this layer registers. */
export interface OwnApi {
  trace: unknown;
  context: ContextManager;
  propagation: unknown;
}

/** The API's global object, with the names that its versions use. */
type Registry = { version: string } & Record<string, unknown>;

export interface Registration {
  /** Whether another tracer provider is registered: the function has its own SDK. */
  hasOtherTracer(): boolean;
  /** The registered context manager, from any SDK. */
  contexts(): ContextManager;
  /** From now on no other one is expected; accessing the API then has no extra cost. */
  settle(): void;
}

/**
 * Registers the layer for the API's copies that the function bundles. An SDK that registers later replaces it: normally
 * the API would silently reject that, since something is already registered, by another version. The registry is
 * therefore hidden from calls that register, which are identified by their names, and their registrations are used from
 * then on.
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

/** Whether the current call registers something, instead of reading a registration. */
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
