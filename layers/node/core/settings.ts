import type { Limits } from "./attributes";
import { type Sampler, samplerOf } from "./sampler";

/** The layer's settings from environment variables. */
export interface Settings {
  /** `CLICKSTACK_TRACING=off` and `OTEL_SDK_DISABLED=true` switch everything off. */
  enabled: boolean;
  sampler: Sampler;
  limits: Limits;
  /** Where the extension listens, on this machine. */
  endpoint: { host: string; port: number; path: string };
  /** Names of libraries whose requests create no spans, such as `fetch`. */
  disabledLibraries: ReadonlySet<string>;
  /** Services into whose payloads the context is added: `eventbridge`, `stepfunctions`, `kinesis`, `lambda`. */
  injectedPayloads: ReadonlySet<string>;
}

export type Environment = Readonly<Record<string, string | undefined>>;

const OFF = ["off", "false", "0", "no"];

const isOneOf = (values: readonly string[], text: string | undefined): boolean =>
  values.includes((text ?? "").trim().toLowerCase());

export function isEnabled(env: Environment): boolean {
  return !isOneOf(OFF, env.CLICKSTACK_TRACING) && !isOneOf(["true"], env.OTEL_SDK_DISABLED);
}

export function readSettings(env: Environment): Settings {
  return {
    enabled: isEnabled(env),
    sampler: samplerOf(env.OTEL_TRACES_SAMPLER, env.OTEL_TRACES_SAMPLER_ARG),
    limits: {
      attributes: count(env.OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT ?? env.OTEL_ATTRIBUTE_COUNT_LIMIT, 128),
      valueLength: count(
        env.OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT ?? env.OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT,
        Number.POSITIVE_INFINITY,
      ),
      events: count(env.OTEL_SPAN_EVENT_COUNT_LIMIT, 128),
      links: count(env.OTEL_SPAN_LINK_COUNT_LIMIT, 128),
    },
    endpoint: endpointOf(env),
    disabledLibraries: new Set(namesIn(env.CLICKSTACK_TRACING_DISABLED)),
    injectedPayloads: new Set(namesIn(env.CLICKSTACK_TRACING_INJECT)),
  };
}

const namesIn = (list: string | undefined): string[] =>
  (list ?? "")
    .split(",")
    .map((name) => name.trim().toLowerCase())
    .filter((name) => name !== "");

function count(text: string | undefined, otherwise: number): number {
  return text !== undefined && /^\s*\d+\s*$/.test(text) ? Number(text) : otherwise;
}

/** The extension's OTLP/HTTP receiver. The extension handles backends: no other endpoint setting is read. */
function endpointOf(env: Environment): Settings["endpoint"] {
  const [, host, port] = /^(?:.*:\/\/)?([^:/]+):(\d{1,5})\/?$/.exec(env.ROTEL_OTLP_HTTP_ENDPOINT ?? "") ?? [];
  const isAnywhere = host === undefined || host === "0.0.0.0" || host === "localhost";
  return {
    host: isAnywhere ? "127.0.0.1" : host,
    port: Number(port ?? 4318),
    path: env.ROTEL_OTLP_RECEIVER_TRACES_HTTP_PATH || "/v1/traces",
  };
}
