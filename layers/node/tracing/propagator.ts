import { type Baggage, formatBaggage, parseBaggage } from "../core/baggage";
import { contextFrom, formatTraceparent } from "../core/traceContext";
import { BAGGAGE_KEY, type Context, SPAN_KEY } from "./context";
import { PassiveSpan } from "./span";
import { spanContextIn } from "./tracer";

interface Setter {
  set(carrier: unknown, key: string, value: string): void;
}
interface Getter {
  get(carrier: unknown, key: string): string | string[] | undefined;
}

/** Headers with the context: `traceparent`, `tracestate` and `baggage`, as far as they are not empty. */
export function headersOf(context: Context): [name: string, value: string][] {
  const headers: [string, string][] = [];
  const span = spanContextIn(context);
  if (span !== undefined) {
    headers.push(["traceparent", formatTraceparent(span)]);
    const state = span.traceState?.serialize();
    if (state) headers.push(["tracestate", state]);
  }
  const baggage = context.getValue(BAGGAGE_KEY) as Baggage | undefined;
  const text = baggage === undefined ? "" : formatBaggage(baggage);
  if (text !== "") headers.push(["baggage", text]);
  return headers;
}

/** `TextMapPropagator` of the OpenTelemetry API, for W3C Trace Context and W3C Baggage. */
export const propagator = {
  inject(context: Context, carrier: unknown, setter: Setter): void {
    for (const [name, value] of headersOf(context)) setter.set(carrier, name, value);
  },

  extract(context: Context, carrier: unknown, getter: Getter): Context {
    const read = (name: string): string | undefined => {
      const found = getter.get(carrier, name);
      const first = Array.isArray(found) ? found[0] : found;
      return typeof first === "string" ? first : undefined;
    };
    const span = contextFrom(read);
    const baggage = parseBaggage(read("baggage") ?? "");
    const withSpan = span === undefined ? context : context.setValue(SPAN_KEY, new PassiveSpan(span));
    return baggage === undefined ? withSpan : withSpan.setValue(BAGGAGE_KEY, baggage);
  },

  fields: (): string[] => ["traceparent", "tracestate", "baggage"],
};
