import { isOwnReceiver, isUsableUrl, logsUrl, withScheme } from "./endpointUrl";
import { choices, EnvironmentReader } from "./environmentReader";
import { keyValuePairs, type ListEntry } from "./keyValueList";
import { holdsReference } from "./references";

/** Where the extension sends logs over OTLP. Strings may contain references. */
export interface OtlpDestination {
  kind: "http" | "grpc";
  /** With `http` the full URL of the logs, with `grpc` the base URL. */
  url: string;
  headers: ListEntry[];
  /** User and password, if requests have to contain them. */
  basicAuth?: { user: string; password: string };
  /** Whether the backend is managed ClickStack, whose key is sent as a bearer token. */
  managed?: true;
  /** Whether requests carry a token that AWS issues only to the function. */
  webIdentity?: true;
}

/** Where the extension inserts logs. Strings may contain references. */
export interface ClickHouseDestination {
  kind: "clickhouse";
  /** Base URL. */
  url: string;
  /** Absent if ClickHouse's own default applies. */
  user: string | undefined;
  password: string | undefined;
  database: string;
  tablePrefix: string;
}

export type LogsDestination = OtlpDestination | ClickHouseDestination;

const otlp = "ROTEL_OTLP_EXPORTER";
const clickHouse = "ROTEL_CLICKHOUSE_EXPORTER";
const standard = "OTEL_EXPORTER_OTLP";

/**
 * Where logs go according to these environment variables, interpreted as by the extension: to the exporters of
 * `ROTEL_EXPORTERS` that `ROTEL_EXPORTERS_LOGS` names (all of them if no signal has such a list), otherwise to the one
 * of `ROTEL_EXPORTER`. settings.cases.json contains the cases for both implementations.
 * @returns nothing if logs are dropped, as by exporters without a usable endpoint.
 */
export function logsDestinations(variables: Readonly<Record<string, string>>): LogsDestination[] {
  const environment = new EnvironmentReader(variables);
  const named = namedExporters(environment.get("ROTEL_EXPORTERS") ?? "");
  if (named.size === 0) return only(environment);
  const lists = ["LOGS", "TRACES", "METRICS"].map((signal) => environment.get(`ROTEL_EXPORTERS_${signal}`));
  const wanted = lists.some((list) => list !== undefined) ? entries(lists[0] ?? "") : [...named.keys()];
  return [...named].flatMap(([name, kind]): LogsDestination[] => {
    if (kind === "blackhole" || !wanted.includes(name)) return [];
    const prefix = `ROTEL_EXPORTER_${name.toUpperCase()}`;
    return kind === "clickhouse"
      ? clickHouseDestination(environment, prefix)
      : otlpDestination(environment, prefix);
  });
}

/** The unnamed exporter; nothing if the extension does not support its kind, or without a kind and an endpoint. */
function only(environment: EnvironmentReader): LogsDestination[] {
  switch (environment.choice("ROTEL_EXPORTER") ?? "otlp") {
    case "otlp":
      return otlpDestination(environment, otlp);
    case "clickhouse":
      return clickHouseDestination(environment, clickHouse);
    default:
      return [];
  }
}

/**
 * Names and kinds of a list `name:kind,name:kind`, in which a kind without a name is its own name; of a repeated name
 * the first is used.
 */
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
 * An OTLP exporter whose variables begin with this prefix: those for logs take precedence, then those for all signals,
 * and, for a single exporter without its own endpoint, OpenTelemetry's in the same order.
 */
function otlpDestination(environment: EnvironmentReader, own: string): OtlpDestination[] {
  const alone = own === otlp;
  const managed = alone && environment.isTrue("CLICKSTACK_MANAGED");
  const names = (parameter: string, standards: string | undefined) => [
    ...[`${own}_LOGS_${parameter}`, `${own}_${parameter}`],
    ...(standards === undefined ? [] : [`${standard}_LOGS_${standards}`, `${standard}_${standards}`]),
  ];
  const complete = (text: string, name: string) =>
    withScheme(text, managed ? "https" : isStandard(name) ? undefined : "http", managed);
  const usable = (text: string, name: string) =>
    isUsableUrl(complete(text, name)) && !isOwnReceiver(complete(text, name), receiverPorts(environment));
  const endpoints = names("ENDPOINT", alone ? "ENDPOINT" : undefined);
  const endpoint = environment.first(endpoints, usable);
  if (endpoint === undefined) return [];
  const standards = isStandard(endpoint.name);
  const protocols = names("PROTOCOL", standards ? "PROTOCOL" : undefined);
  const protocol = environment.first(protocols, isProtocol)?.text ?? (managed || standards ? "http" : "grpc");
  const kind = protocol.toLowerCase() === "grpc" ? "grpc" : "http";
  // The first of a pair is the one for logs only, which is a full URL.
  const whole = kind === "grpc" || endpoints.indexOf(endpoint.name) % 2 === 0;
  const url = holdsReference(endpoint.text) ? endpoint.text : complete(endpoint.text, endpoint.name);
  const basicAuth = basicAuthentication(environment, own);
  return [
    {
      kind,
      url: whole ? url : logsUrl(url),
      headers: headerEntries(environment, names("CUSTOM_HEADERS", standards ? "HEADERS" : undefined)),
      ...(basicAuth && { basicAuth }),
      ...(managed && { managed }),
      ...(alone && environment.get("CLICKSTACK_WEB_IDENTITY_AUDIENCE") && { webIdentity: true as const }),
    },
  ];
}

/** The headers of the first list that is set; values of OpenTelemetry's own variables are percent-encoded. */
function headerEntries(environment: EnvironmentReader, names: readonly string[]): ListEntry[] {
  const list = environment.first(names);
  if (list === undefined) return [];
  const pairs = keyValuePairs(list.text);
  return isStandard(list.name)
    ? pairs.map((pair) => ({ ...pair, value: percentDecoded(pair.value) }))
    : pairs;
}

function basicAuthentication(environment: EnvironmentReader, own: string): OtlpDestination["basicAuth"] {
  if (environment.get(`${own}_AUTHENTICATOR`)?.toLowerCase() !== "basic") return undefined;
  return {
    user: environment.get(`${own}_BASIC_AUTH_USERNAME`) ?? "",
    password: environment.get(`${own}_BASIC_AUTH_PASSWORD`) ?? "",
  };
}

function clickHouseDestination(environment: EnvironmentReader, own: string): ClickHouseDestination[] {
  const usable = (text: string) => isUsableUrl(withScheme(text, "http"));
  const endpoint = environment.first([`${own}_ENDPOINT`], usable);
  if (endpoint === undefined) return [];
  const { text } = endpoint;
  return [
    {
      kind: "clickhouse",
      url: holdsReference(text) ? text : withScheme(text, "http"),
      user: environment.get(`${own}_USER`),
      password: environment.get(`${own}_PASSWORD`),
      database: environment.get(`${own}_DATABASE`) ?? defaultDatabase(environment),
      tablePrefix: environment.get(`${own}_TABLE_PREFIX`) ?? "otel",
    },
  ];
}

/** ClickStack creates its tables in `default`, Rotel in `otel`. */
const defaultDatabase = (environment: EnvironmentReader): string =>
  environment.get("CLICKSTACK_COMPAT")?.toLowerCase() === "rotel" ? "otel" : "default";

const isStandard = (name: string): boolean => name.startsWith("OTEL_");

function isProtocol(text: string, name: string): boolean {
  const variable = isStandard(name) ? `${standard}_PROTOCOL` : `${otlp}_PROTOCOL`;
  return choices(variable).includes(text.toLowerCase());
}

/** The ports of the extension's receivers: telemetry sent there would never leave. */
function receiverPorts(environment: EnvironmentReader): number[] {
  return [
    ["ROTEL_OTLP_HTTP_ENDPOINT", 4318],
    ["ROTEL_OTLP_GRPC_ENDPOINT", 4317],
  ].map(([name, fallback]) => {
    const [, port] =
      /^(?:localhost|[\d.]+|\[[\da-fA-F:.]+\]):(\d{1,5})$/.exec(environment.get(String(name)) ?? "") ?? [];
    return Number(port ?? fallback);
  });
}

function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
