import { AsyncLocalStorage } from "node:async_hooks";

/** `Context` of the OpenTelemetry API: immutable values by symbol. */
export interface Context {
  getValue(key: symbol): unknown;
  setValue(key: symbol, value: unknown): Context;
  deleteValue(key: symbol): Context;
}

/** The keys under which every 1.x version of the API keeps its own values (`createContextKey` is `Symbol.for`). */
export const SPAN_KEY = Symbol.for("OpenTelemetry Context Key SPAN");
export const BAGGAGE_KEY = Symbol.for("OpenTelemetry Baggage Key");
export const SUPPRESS_KEY = Symbol.for("OpenTelemetry SDK Context Key SUPPRESS_TRACING");

class Values implements Context {
  constructor(private readonly values: ReadonlyMap<symbol, unknown> = new Map()) {}

  getValue(key: symbol): unknown {
    return this.values.get(key);
  }

  setValue(key: symbol, value: unknown): Context {
    return new Values(new Map(this.values).set(key, value));
  }

  deleteValue(key: symbol): Context {
    const values = new Map(this.values);
    values.delete(key);
    return new Values(values);
  }
}

export const ROOT: Context = new Values();

/** `ContextManager` of the OpenTelemetry API. */
export interface ContextManager {
  active(): Context;
  with<A extends unknown[], R>(context: Context, fn: (...args: A) => R, thisArg?: unknown, ...args: A): R;
  bind<T>(context: Context, target: T): T;
  enable(): ContextManager;
  disable(): ContextManager;
}

/** Follows promises, timers and callbacks; overlapping invocations each have their own context. */
export class AsyncContextManager implements ContextManager {
  private readonly storage = new AsyncLocalStorage<Context>();

  active(): Context {
    return this.storage.getStore() ?? ROOT;
  }

  with<A extends unknown[], R>(context: Context, fn: (...args: A) => R, thisArg?: unknown, ...args: A): R {
    return this.storage.run(context ?? ROOT, () => fn.apply(thisArg, args));
  }

  bind<T>(context: Context, target: T): T {
    if (typeof target === "function") return this.bindFunction(context, target as never) as T;
    return isEmitter(target) ? (this.bindEmitter(context, target) as T) : target;
  }

  /**
   * Follows nothing until the next `with`: up to Node.js 22 following asynchronous work has a cost for everything that
   * the process does, including what the runtime does between invocations.
   */
  rest(): void {
    this.storage.disable();
  }

  enable(): this {
    return this;
  }

  disable(): this {
    return this;
  }

  private bindFunction<A extends unknown[], R>(context: Context, fn: (...args: A) => R): (...args: A) => R {
    const manager = this;
    function bound(this: unknown, ...args: A): R {
      return manager.with(context, fn, this, ...args);
    }
    Object.defineProperty(bound, "length", { configurable: true, value: fn.length });
    return bound;
  }

  /** Makes listeners that are added from now on run in the context. */
  private bindEmitter(context: Context, emitter: Emitter): Emitter {
    for (const name of ["on", "once", "addListener", "prependListener", "prependOnceListener"] as const) {
      const original = emitter[name];
      if (typeof original !== "function") continue;
      const manager = this;
      emitter[name] = function add(this: unknown, event: unknown, listener: unknown) {
        const known = bound.get(listener as object);
        const wrapped = known ?? manager.bind(context, listener);
        if (typeof listener === "function" && known === undefined) {
          Object.defineProperty(wrapped as object, "listener", { configurable: true, value: listener });
          bound.set(listener, wrapped as object);
        }
        return original.call(this, event, wrapped);
      };
    }
    const bound = new WeakMap<object, object>();
    for (const name of ["off", "removeListener"] as const) {
      const original = emitter[name];
      if (typeof original !== "function") continue;
      emitter[name] = function remove(this: unknown, event: unknown, listener: unknown) {
        return original.call(this, event, bound.get(listener as object) ?? listener);
      };
    }
    return emitter;
  }
}

type Emitter = Record<string, ((event: unknown, listener: unknown) => unknown) | undefined>;

const isEmitter = (target: unknown): target is Emitter =>
  typeof target === "object" && target !== null && typeof (target as { on?: unknown }).on === "function";
