import type { SpanContext } from "./spanData";

/** The contents of an `X-Amzn-Trace-Id` header. */
export interface XRayHeader {
  traceId: string;
  parentId?: string;
  sampled: boolean;
}

/** X-Ray rejects traces older than this, in seconds. */
const XRAY_KEEPS = 30 * 24 * 60 * 60;

/** Maximum clock difference of the services that create ids, in seconds. */
const CLOCK_SKEW = 300;

const TRACE = /^1-([\da-f]{8})-([\da-f]{24})$/;
const PARENT = /^[\da-f]{16}$/;
const NO_TRACE = "0".repeat(32);
const NO_PARENT = "0".repeat(16);

/** In Lambda's notation. */
const USUAL =
  /^Root=1-([\da-f]{8})-([\da-f]{24})(?:;Parent=([\da-f]{16}))?;Sampled=([01])(?:;Lineage=[^;]*)?$/;

/**
 * Reads `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1`; if a field occurs twice, the
 * first is used.
 */
export function parseXRay(header: string): XRayHeader | undefined {
  const usual = USUAL.exec(header);
  if (usual !== null) return xrayHeader(`${usual[1]}${usual[2]}`, usual[3], usual[4] === "1");
  let trace: RegExpExecArray | null = null;
  let parentId: string | undefined;
  let sampled = false;
  for (const part of header.split(";")) {
    const field = part.trim();
    if (field.startsWith("Root=")) trace ??= TRACE.exec(field.slice(5));
    else if (field.startsWith("Parent=")) parentId ??= PARENT.exec(field.slice(7))?.[0];
    else if (field === "Sampled=1") sampled = true;
  }
  return trace === null ? undefined : xrayHeader(`${trace[1]}${trace[2]}`, parentId, sampled);
}

function xrayHeader(traceId: string, parentId: string | undefined, sampled: boolean): XRayHeader | undefined {
  if (traceId === NO_TRACE) return undefined;
  return parentId === undefined || parentId === NO_PARENT
    ? { traceId, sampled }
    : { traceId, parentId, sampled };
}

/**
 * The caller's span, if it can be in the same backend as this function's spans: it was recorded, and its trace id was
 * not created by X-Ray, which begins ids with the time. The extension has the same rule and explains it
 * (runtime/src/invocation/trace.rs).
 * @param now in seconds since the Unix epoch.
 */
export function storedParent({ traceId, parentId, sampled }: XRayHeader, now: number): string | undefined {
  const made = Number.parseInt(traceId.slice(0, 8), 16);
  const isXRays = made <= now + CLOCK_SKEW && made + XRAY_KEEPS >= now;
  return sampled && !isXRays ? parentId : undefined;
}

/** The same span for X-Ray, in the form that Step Functions accepts. */
export function formatXRay({ traceId, spanId, traceFlags }: SpanContext): string {
  return `Root=1-${traceId.slice(0, 8)}-${traceId.slice(8)};Parent=${spanId};Sampled=${traceFlags & 1}`;
}
