import { authorizationHeader } from "../arguments/table";
import { isUsableUrl, withScheme } from "../telemetry/endpointUrl";
import { keyValuePairs } from "../telemetry/keyValueList";
import type { ClickHouseDestination, LogsDestination, OtlpDestination } from "../telemetry/logsDestination";

/** Where a function's telemetry goes, with all values resolved. */
export interface DeliveryTarget {
  kind: "http" | "grpc" | "clickhouse";
  /** URL of the logs with `http`, otherwise the base URL. */
  endpoint: string;
  /** By names in lower case. */
  headers: Record<string, string>;
  /** Of ClickHouse: table to insert into, `database.table`, quoted. */
  table?: string;
}

/** Resolves the references in a string. */
export type Resolve = (text: string) => Promise<string>;

/** Headers that describe the request itself, which the extension sets. */
const ownHeaders = ["connection", "content-encoding", "content-length", "content-type", "transfer-encoding"];

/**
 * The destination with its references resolved, as the extension does.
 * @throws if there is then no usable endpoint.
 */
export async function targetOf(destination: LogsDestination, resolve: Resolve): Promise<DeliveryTarget> {
  const target =
    destination.kind === "clickhouse"
      ? await clickHouseTarget(destination, resolve)
      : await otlpTarget(destination, resolve);
  if (!isUsableUrl(target.endpoint)) throw new Error("the endpoint that a secret holds is not a usable URL");
  return target;
}

async function otlpTarget(destination: OtlpDestination, resolve: Resolve): Promise<DeliveryTarget> {
  const { kind, url, headers: pairs, basicAuth, managed = false } = destination;
  const headers: Record<string, string> = {};
  for (const { key, value } of pairs) {
    const resolved = await resolve(value);
    // A reference without a name stands for a list of headers.
    const found =
      key === undefined ? keyValuePairs(resolved) : [{ key: await resolve(key), value: resolved }];
    for (const { key: name, value: text } of found) addHeader(headers, name, text);
  }
  if (basicAuth !== undefined) {
    const credentials = `${await resolve(basicAuth.user)}:${await resolve(basicAuth.password)}`;
    addHeader(headers, authorizationHeader, `Basic ${Buffer.from(credentials).toString("base64")}`);
  }
  const key = headers.authorization;
  if (managed && key !== undefined && !key.includes(" ")) headers.authorization = `Bearer ${key}`;
  return {
    kind,
    endpoint: withScheme((await resolve(url)).trim(), managed ? "https" : "http", managed),
    headers,
  };
}

/** Of several headers with one name the last is used; invalid headers are ignored. */
function addHeader(headers: Record<string, string>, name: string | undefined, value: string): void {
  const key = name?.toLowerCase();
  if (key === undefined || !/^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(key) || ownHeaders.includes(key)) return;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: a header cannot contain these
  if (/[\u0000-\u0008\u000a-\u001f\u007f]/.test(value)) return;
  headers[key] = value;
}

async function clickHouseTarget(
  { kind, url, user, password, database, tablePrefix }: ClickHouseDestination,
  resolve: Resolve,
): Promise<DeliveryTarget> {
  const quote = (identifier: string) => `\`${identifier.replace(/[\\`]/g, "\\$&")}\``;
  return {
    kind,
    endpoint: withScheme((await resolve(url)).trim(), "http"),
    headers: {
      ...(user === undefined ? {} : { "x-clickhouse-user": await resolve(user) }),
      ...(password === undefined ? {} : { "x-clickhouse-key": await resolve(password) }),
    },
    table: `${quote(await resolve(database))}.${quote(`${await resolve(tablePrefix)}_logs`)}`,
  };
}
