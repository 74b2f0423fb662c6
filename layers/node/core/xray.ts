import type { SpanContext } from "./spanData";

/** What an `X-Amzn-Trace-Id` header says. */
export interface XRayHeader {
  traceId: string;
  parentId?: string;
  sampled: boolean;
}

/** X-Ray refuses traces older than this, in seconds. */
const XRAY_KEEPS = 30 * 24 * 60 * 60;

/** Clocks of the services that make ids differ by less than this, in seconds. */
const CLOCK_SKEW = 300;

/** Reads `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1`. */
export function parseXRay(header: string): XRayHeader | undefined {
  const root = /(?:^|;)\s*Root=1-([\da-f]{8})-([\da-f]{24})\s*(?:;|$)/.exec(header);
  if (root === null) return undefined;
  const traceId = `${root[1]}${root[2]}`;
  if (/^0+$/.test(traceId)) return undefined;
  const parentId = /(?:^|;)\s*Parent=([\da-f]{16})\s*(?:;|$)/.exec(header)?.[1];
  return {
    traceId,
    ...(parentId !== undefined && !/^0+$/.test(parentId) ? { parentId } : {}),
    sampled: /(?:^|;)\s*Sampled=1\s*(?:;|$)/.test(header),
  };
}

/**
 * The caller's span, if it can be where this function's spans go: somebody recorded it, and its trace id wasn't made by
 * X-Ray, which begins ids with the time. The extension has the same rule (runtime/src/invocation/trace.rs), with its reasons.
 * @param now in seconds since the Unix epoch.
 */
export function storedParent({ traceId, parentId, sampled }: XRayHeader, now: number): string | undefined {
  const made = Number.parseInt(traceId.slice(0, 8), 16);
  const isXRays = made <= now + CLOCK_SKEW && made + XRAY_KEEPS >= now;
  return sampled && !isXRays ? parentId : undefined;
}

/** The same span for X-Ray, as Step Functions takes it. */
export function formatXRay({ traceId, spanId, traceFlags }: SpanContext): string {
  return `Root=1-${traceId.slice(0, 8)}-${traceId.slice(8)};Parent=${spanId};Sampled=${traceFlags & 1}`;
}
