import { createHash } from "node:crypto";

/** An event as Lambda's Telemetry API delivers it. */
export interface TelemetryEvent {
  time: string;
  type: string;
  record: unknown;
}

/** Every line of the function has it, and no line of an extension: by it a sink counts what arrived. */
export const marker = "bench-event";

const filler =
  "cache miss; falling back to the primary store and refreshing the entry for the tenant; ".repeat(20);
const lineBytes = 200;

export function event(type: string, record: unknown): TelemetryEvent {
  return { time: new Date().toISOString(), type, record };
}

/** Events of an environment's init phase, up to the subscription's. */
export function initEvents(extension: string, types: readonly string[]): TelemetryEvent[] {
  return [
    event("platform.telemetrySubscription", { name: extension, state: "Subscribed", types }),
    event("platform.initStart", {
      initializationType: "on-demand",
      phase: "init",
      runtimeVersion: "nodejs:20.v1",
      runtimeVersionArn: "arn:aws:lambda:us-east-1::runtime:x",
      functionName: "bench",
      functionVersion: "$LATEST",
    }),
  ];
}

export function initEndEvents(): TelemetryEvent[] {
  const init = { initializationType: "on-demand", phase: "init", status: "success" };
  return [
    event("platform.initRuntimeDone", init),
    event("platform.initReport", { ...init, metrics: { durationMs: 125.33 } }),
  ];
}

export function startEvent(requestId: string): TelemetryEvent {
  const value = "Root=1-62e900b2-710d76f009d6e7785905449a;Parent=0efbd19962d95b05;Sampled=1";
  const tracing = { spanId: "54565fb41ac79632", type: "X-Amzn-Trace-Id", value };
  return event("platform.start", { requestId, version: "$LATEST", tracing });
}

export function doneEvent(requestId: string, durationMs: number): TelemetryEvent {
  const now = new Date().toISOString();
  return event("platform.runtimeDone", {
    requestId,
    status: "success",
    metrics: { durationMs, producedBytes: 10 },
    spans: [
      { name: "responseLatency", start: now, durationMs: 1 },
      { name: "responseDuration", start: now, durationMs: 0.1 },
    ],
  });
}

/** Lambda delivers it with the next invocation's events. */
export function reportEvent(requestId: string, durationMs: number): TelemetryEvent {
  const metrics = {
    durationMs,
    billedDurationMs: durationMs + 1,
    memorySizeMB: 128,
    maxMemoryUsedMB: 90,
  };
  return event("platform.report", { requestId, status: "success", metrics });
}

/** A line as Node.js's runtime writes it, of about 200 bytes and varied enough for realistic gzip ratios. */
export function line(requestId: string, index: number): TelemetryEvent {
  const user = createHash("md5").update(`${requestId}${index}`).digest("hex");
  const numbers = `latency=${(index * 7919) % 997}ms path=/v1/orders/${(index * 104729) % 100003} `;
  const message = `${marker} ${index} user=${user} ${numbers}${filler}`.slice(0, lineBytes - 67);
  return event("function", `${new Date().toISOString()}\t${requestId}\tINFO\t${message}\n`);
}
