import { keyValuePairs } from "./keyValueList";

/** Where the extension sends logs by OTLP. Texts may hold references. */
export interface LogsDestination {
  kind: "http" | "grpc";
  /** With `http` the full URL of the logs, with `grpc` the base URL; undefined where none is set. */
  url: string | undefined;
  /** Headers, each as a pair, or without a key where the text is a reference to a list. */
  headers: { key?: string; value: string }[];
  /** User and password, where requests are to carry them. */
  basicAuth?: { user: string; password: string };
}

const own = "ROTEL_OTLP_EXPORTER";
const standard = "OTEL_EXPORTER_OTLP";

/**
 * Where logs go by these environment variables, which the extension reads in this order: Rotel's for logs, Rotel's for
 * all signals, and, where Rotel's name no endpoint, OpenTelemetry's for logs and for all signals.
 */
export function logsDestination(variables: Readonly<Record<string, string>>): LogsDestination {
  const find = (...names: string[]) => names.find((name) => variables[name] !== undefined);
  const ownEndpoint = find(`${own}_LOGS_ENDPOINT`, `${own}_ENDPOINT`);
  const endpoint = ownEndpoint ?? find(`${standard}_LOGS_ENDPOINT`, `${standard}_ENDPOINT`);
  const value = (parameter: string, standardParameter: string) => {
    const others = [`${standard}_LOGS_${standardParameter}`, `${standard}_${standardParameter}`];
    const names = [`${own}_LOGS_${parameter}`, `${own}_${parameter}`];
    const name = find(...names, ...(ownEndpoint === undefined ? others : []));
    return name === undefined ? undefined : { name, text: variables[name] ?? "" };
  };
  const kind = value("PROTOCOL", "PROTOCOL")?.text.startsWith("http") ? "http" : "grpc";
  const base = endpoint === undefined ? undefined : variables[endpoint];
  const url = kind === "grpc" || endpoint?.includes("_LOGS_") ? base : base && logsUrl(base);
  const list = value("CUSTOM_HEADERS", "HEADERS");
  const decoded = (text: string) => (list?.name.startsWith(standard) ? percentDecoded(text) : text);
  const headers = keyValuePairs(list?.text ?? "").map((pair) => ({ ...pair, value: decoded(pair.value) }));
  if (variables[`${own}_AUTHENTICATOR`] !== "basic") return { kind, url, headers };
  const basicAuth = {
    user: variables[`${own}_BASIC_AUTH_USERNAME`] ?? "",
    password: variables[`${own}_BASIC_AUTH_PASSWORD`] ?? "",
  };
  return { kind, url, headers, basicAuth };
}

function logsUrl(base: string): string {
  return `${base.replace(/\/+$/, "")}/v1/logs`;
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
