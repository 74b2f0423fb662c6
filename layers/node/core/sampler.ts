import type { SpanContext } from "./spanData";

/** Whether a span is recorded, by its trace and its parent span. */
export type Sampler = (traceId: string, parent: SpanContext | undefined) => boolean;

/**
 * The sampler for `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG`; by default and for unknown names
 * `parentbased_always_on` (OpenTelemetry's "Environment Variable Specification").
 */
export function samplerOf(name: string | undefined, argument: string | undefined): Sampler {
  const root: Record<string, Sampler> = {
    always_on: () => true,
    always_off: () => false,
    traceidratio: ratio(argument),
  };
  const chosen = (name ?? "").trim().toLowerCase();
  const kind = chosen.replace(/^parentbased_/, "");
  const base = (Object.hasOwn(root, kind) ? root[kind] : undefined) ?? (() => true);
  if (Object.hasOwn(root, chosen)) return base;
  return (traceId, parent) => (parent === undefined ? base(traceId, parent) : (parent.traceFlags & 1) === 1);
}

/** Whether a trace is sampled depends on its id, so that every service decides the same. */
function ratio(argument: string | undefined): Sampler {
  const text = argument?.trim();
  const share = text ? Number(text) : 1;
  const kept = share >= 0 && share <= 1 ? share : 1;
  const bound = Math.floor(kept * 0xffffffff);
  // As in OpenTelemetry's SDK for JavaScript: the four 32-bit parts of the id, combined by exclusive or.
  return (traceId) => {
    let folded = 0;
    for (let at = 0; at < 32; at += 8) folded ^= Number.parseInt(traceId.slice(at, at + 8), 16);
    return folded >>> 0 < bound || kept === 1;
  };
}
