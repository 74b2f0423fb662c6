import type { IncomingHttpHeaders } from "node:http";

/** The parameters in the URL and headers of a request to ClickHouse's HTTP interface, except the credentials. */
export interface RequestParameters {
  readonly query: string;
  /** Default: the session's, else `default`. */
  readonly database?: string;
  readonly defaultFormat: string;
  readonly queryId?: string;
  /** The body consists of ClickHouse's compressed blocks. */
  readonly decompress: boolean;
  /** The answer must consist of ClickHouse's compressed blocks. */
  readonly compressBlocks: boolean;
  /** The answer may be compressed as the client's Accept-Encoding allows. */
  readonly compressResponse: boolean;
  /** The client's protocol version, for the format Native; 0 for a client that gives none. */
  readonly protocolVersion: number;
  /** Report the progress in a header. */
  readonly progress: boolean;
  /** Keeps the changes of SET and USE for later requests with the same session. */
  readonly session?: SessionParameters;
  /** The client forbids writing for this request. */
  readonly readonly: boolean;
  /** ClickHouse settings for this request. */
  readonly settings: Readonly<Record<string, string>>;
  /** Values of `{name:Type}` placeholders, unescaped. */
  readonly values: Readonly<Record<string, string>>;
}

/** A session as a request names it. */
export interface SessionParameters {
  readonly id: string;
  readonly timeoutSeconds: number;
  /** The session must already exist. */
  readonly mustExist: boolean;
  /** It ends with this request. */
  readonly closes: boolean;
}

/** ClickHouse's default_session_timeout. */
const SESSION_TIMEOUT_SECONDS = 60;

/** Parameters that are not settings. Roles make no difference with a single user. */
const RESERVED = new Set([
  ...["query", "database", "default_format", "query_id", "user", "password", "decompress", "readonly"],
  ...[
    "enable_http_compression",
    "http_zlib_compression_level",
    "compress",
    "quota_key",
    "stacktrace",
    "role",
  ],
  ...["buffer_size", "wait_end_of_query", "session_id", "session_timeout", "session_check", "close_session"],
  ...["client_protocol_version", "send_progress_in_http_headers", "add_http_cors_header"],
]);

/** Reads a request's parameters. */
export function readRequestParameters(url: URLSearchParams, headers: IncomingHttpHeaders): RequestParameters {
  const settings: Record<string, string> = {};
  const values: Record<string, string> = {};
  for (const [name, value] of url) {
    if (name.startsWith("param_")) values[name.slice("param_".length)] = unescapeTabSeparated(value);
    else if (!RESERVED.has(name)) settings[name] = value;
  }
  const queryId = url.get("query_id") ?? undefined;
  return {
    query: url.get("query") ?? "",
    ...databaseOf(url, headers),
    defaultFormat: url.get("default_format") ?? header(headers, "x-clickhouse-format") ?? "TabSeparated",
    ...(queryId === undefined ? {} : { queryId }),
    decompress: isOn(url.get("decompress")),
    compressBlocks: isOn(url.get("compress")),
    compressResponse: isOn(url.get("enable_http_compression")),
    protocolVersion: Number(url.get("client_protocol_version") ?? 0) || 0,
    progress: isOn(url.get("send_progress_in_http_headers")),
    ...sessionOf(url),
    readonly: isOn(url.get("readonly")),
    settings,
    values,
  };
}

/** ClickHouse's Content-Type for an answer in a format. */
export function contentType(format: string): string {
  if (/^JSON.*EachRow/.test(format)) return "application/x-ndjson; charset=UTF-8";
  if (/^(JSON|GeoJSON)/.test(format)) return "application/json; charset=UTF-8";
  if (/^(TabSeparated|TSV)/.test(format)) return "text/tab-separated-values; charset=UTF-8";
  if (/^CSV/.test(format)) return "text/csv; charset=UTF-8; header=absent";
  if (/^(RowBinary|Native|Parquet|Arrow|ORC|Avro|MsgPack)/.test(format)) return "application/octet-stream";
  return "text/plain; charset=UTF-8";
}

function databaseOf(url: URLSearchParams, headers: IncomingHttpHeaders): { database?: string } {
  const database = url.get("database") || header(headers, "x-clickhouse-database");
  return database ? { database } : {};
}

function sessionOf(url: URLSearchParams): { session?: SessionParameters } {
  const id = url.get("session_id") ?? "";
  if (id === "") return {};
  const timeoutSeconds = Number(url.get("session_timeout") ?? SESSION_TIMEOUT_SECONDS);
  const [mustExist, closes] = [isOn(url.get("session_check")), isOn(url.get("close_session"))];
  return { session: { id, timeoutSeconds, mustExist, closes } };
}

function isOn(value: string | null): boolean {
  return value === "1" || value === "2" || value === "true";
}

function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value[0] : value;
}

const ESCAPES: Readonly<Record<string, string>> = {
  b: "\b",
  f: "\f",
  r: "\r",
  n: "\n",
  t: "\t",
  "0": "\0",
};

/** Removes the escapes of TabSeparated, in which parameters are sent. */
function unescapeTabSeparated(value: string): string {
  return value.replace(/\\([\s\S])/g, (_, character: string) => ESCAPES[character] ?? character);
}
