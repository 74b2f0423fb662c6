import { type Carrier, carrierOf, firstOf } from "./carrier";
import { at, isObject, stringAt } from "./json";
import type { Attributes } from "./spanData";

/** Query parameters whose values must not be in telemetry. */
const SECRET =
  /token|secret|password|passwd|signature|credential|api[-_]?key|^(sig|key|code|auth|access_?key.*)$/i;

/** Headers of an HTTP request event, with single or multiple values. */
export function httpHeaders(event: unknown): Carrier {
  return firstOf(carrierOf(at(event, "headers")), carrierOf(at(event, "multiValueHeaders")));
}

export interface HttpEvent {
  method: string | undefined;
  path: string | undefined;
  /** The path's template, such as `/orders/{id}`. */
  route: string | undefined;
  protocol?: string;
  clientAddress?: string;
  /** Already encoded, without the question mark. */
  query?: string;
}

/** Attributes of OpenTelemetry's "Semantic conventions for HTTP server spans". */
export function httpAttributes(event: unknown, http: HttpEvent): Attributes {
  const header = httpHeaders(event);
  const version = /^HTTP\/(\d(?:\.\d)?)$/.exec(http.protocol ?? "")?.[1];
  const host = header("host") ?? stringAt(event, "requestContext", "domainName");
  return {
    "http.request.method": http.method,
    "http.route": http.route,
    "url.path": http.path,
    "url.query": http.query,
    "url.scheme": header("x-forwarded-proto") ?? "https",
    "server.address": host?.replace(/:\d+$/, ""),
    "client.address": http.clientAddress ?? header("x-forwarded-for")?.split(",")[0]?.trim(),
    "user_agent.original": header("user-agent"),
    "network.protocol.version": version,
  };
}

/** A query string in which values that may be secrets are replaced. */
export function queryText(event: unknown): string | undefined {
  const raw = stringAt(event, "rawQueryString");
  if (raw !== undefined) return redacted(raw.split("&"));
  const several = at(event, "multiValueQueryStringParameters");
  const single = at(event, "queryStringParameters");
  const parameters = isObject(several) ? several : single;
  if (!isObject(parameters)) return undefined;
  const pairs = Object.entries(parameters).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value]).map((one) => `${name}=${String(one)}`),
  );
  return redacted(pairs);
}

function redacted(pairs: readonly string[]): string | undefined {
  const safe = pairs.map((pair) => {
    const name = pair.split("=", 1)[0] ?? "";
    return SECRET.test(name) && pair.includes("=") ? `${name}=REDACTED` : pair;
  });
  return safe.join("&") || undefined;
}

/** The status that an HTTP trigger gets; a payload of format 2.0 without one means 200. */
export function responseStatus(response: unknown, isFormat2: boolean): number | undefined {
  const status = at(response, "statusCode");
  const code = typeof status === "string" && /^\d{3}$/.test(status) ? Number(status) : status;
  if (typeof code === "number" && Number.isInteger(code) && code >= 100 && code <= 599) return code;
  return isFormat2 && response !== undefined && status === undefined ? 200 : undefined;
}
