import { keyValuePairs } from "./keyValueList";

/** Where the extension sends logs by OTLP. Texts may hold references. */
export interface OtlpDestination {
  kind: "http" | "grpc";
  /** With `http` the full URL of the logs, with `grpc` the base URL; undefined where none is set. */
  url: string | undefined;
  /** Headers, each as a pair, or without a key where the text is a reference to a list. */
  headers: { key?: string; value: string }[];
  /** User and password, where requests are to carry them. */
  basicAuth?: { user: string; password: string };
}

/** Where the extension inserts logs. Texts may hold references. */
export interface ClickHouseDestination {
  kind: "clickhouse";
  /** Base URL; undefined where none is set. */
  url: string | undefined;
  user: string;
  password: string | undefined;
  database: string;
  tablePrefix: string;
}

export type LogsDestination = OtlpDestination | ClickHouseDestination;

type Variables = Readonly<Record<string, string>>;

const otlp = "ROTEL_OTLP_EXPORTER";
const clickHouse = "ROTEL_CLICKHOUSE_EXPORTER";
const standard = "OTEL_EXPORTER_OTLP";

/**
 * Where logs go by these environment variables, as the extension reads them: to the exporters of `ROTEL_EXPORTERS` that
 * `ROTEL_EXPORTERS_LOGS` names (all of them where no signal has such a list), or else to the one of `ROTEL_EXPORTER`.
 * @returns nothing when logs are dropped.
 */
export function logsDestinations(variables: Variables): LogsDestination[] {
  const named = namedExporters(variables.ROTEL_EXPORTERS ?? "");
  if (named.size === 0) {
    const only = variables.ROTEL_EXPORTER?.trim().toLowerCase();
    if (only === "blackhole") return [];
    return [
      only === "clickhouse" ? clickHouseDestination(variables, clickHouse) : otlpDestination(variables, otlp),
    ];
  }
  const routed = ["LOGS", "TRACES", "METRICS"].some(
    (signal) => variables[`ROTEL_EXPORTERS_${signal}`] !== undefined,
  );
  const wanted = routed ? entries(variables.ROTEL_EXPORTERS_LOGS ?? "") : [...named.keys()];
  return [...named].flatMap(([name, kind]) => {
    if (kind === "blackhole" || !wanted.includes(name)) return [];
    const prefix = `ROTEL_EXPORTER_${name.toUpperCase()}`;
    return [
      kind === "clickhouse" ? clickHouseDestination(variables, prefix) : otlpDestination(variables, prefix),
    ];
  });
}

/** Names and kinds of a list `name:kind,name:kind`, in which a kind alone is its own name; of a name again the first counts. */
function namedExporters(list: string): Map<string, string> {
  const named = new Map<string, string>();
  for (const entry of entries(list)) {
    const [name = "", kind = name] = entry.split(/:(.*)/s).map((part) => part.trim());
    const known = ["otlp", "clickhouse", "blackhole"].includes(kind.toLowerCase());
    if (name !== "" && known && !named.has(name)) named.set(name, kind.toLowerCase());
  }
  return named;
}

function entries(list: string): string[] {
  return list
    .split(",")
    .map((entry) => entry.trim())
    .filter((entry) => entry !== "");
}

/**
 * An OTLP exporter whose variables begin with this: those for logs first, then those for all signals, and, for an only
 * exporter without an endpoint of its own, OpenTelemetry's in the same order.
 */
function otlpDestination(variables: Variables, own: string): OtlpDestination {
  const find = (...names: string[]) => names.find((name) => variables[name] !== undefined);
  const ownEndpoint = find(`${own}_LOGS_ENDPOINT`, `${own}_ENDPOINT`);
  const falls = own === otlp && ownEndpoint === undefined;
  const endpoint = falls ? find(`${standard}_LOGS_ENDPOINT`, `${standard}_ENDPOINT`) : ownEndpoint;
  const value = (parameter: string, standardParameter: string) => {
    const others = [`${standard}_LOGS_${standardParameter}`, `${standard}_${standardParameter}`];
    const names = [`${own}_LOGS_${parameter}`, `${own}_${parameter}`];
    const name = find(...names, ...(falls ? others : []));
    return name === undefined ? undefined : { name, text: variables[name] ?? "" };
  };
  const kind = value("PROTOCOL", "PROTOCOL")?.text.toLowerCase().startsWith("http") ? "http" : "grpc";
  const base = endpoint === undefined ? undefined : variables[endpoint];
  const url = kind === "grpc" || endpoint?.endsWith("_LOGS_ENDPOINT") ? base : base && logsUrl(base);
  const list = value("CUSTOM_HEADERS", "HEADERS");
  const decoded = (text: string) => (list?.name.startsWith(standard) ? percentDecoded(text) : text);
  const headers = keyValuePairs(list?.text ?? "").map((pair) => ({ ...pair, value: decoded(pair.value) }));
  if (variables[`${own}_AUTHENTICATOR`]?.toLowerCase() !== "basic") return { kind, url, headers };
  const basicAuth = {
    user: variables[`${own}_BASIC_AUTH_USERNAME`] ?? "",
    password: variables[`${own}_BASIC_AUTH_PASSWORD`] ?? "",
  };
  return { kind, url, headers, basicAuth };
}

function clickHouseDestination(variables: Variables, own: string): ClickHouseDestination {
  return {
    kind: "clickhouse",
    url: variables[`${own}_ENDPOINT`],
    user: variables[`${own}_USER`] ?? "default",
    password: variables[`${own}_PASSWORD`],
    database: variables[`${own}_DATABASE`] ?? defaultDatabase(variables),
    tablePrefix: variables[`${own}_TABLE_PREFIX`] ?? "otel",
  };
}

/** ClickStack makes its tables in `default`, Rotel in `otel`. */
const defaultDatabase = ({ CLICKSTACK_COMPAT: compat }: Variables): string =>
  compat?.toLowerCase() === "rotel" ? "otel" : "default";

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
