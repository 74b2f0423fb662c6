import { functionUrlEvent } from "../../sandbox/aws/events";

/** A request to a function URL, with its body. */
export interface UrlRequest {
  method: string;
  /** Includes the query. */
  path: string;
  headers: Readonly<Record<string, string>>;
  body: Buffer;
  sourceIp: string;
}

/** The response to it. */
export interface UrlAnswer {
  status: number;
  headers: Readonly<Record<string, string | string[]>>;
  body: Buffer;
}

const textTypes =
  /^(text\/|application\/(json|javascript|xml|x-www-form-urlencoded|graphql)|[^;]+\+(json|xml))/i;

/** The event of a function URL, in payload format 2.0. A binary body is encoded in base64, as on Lambda. */
export function urlEvent(
  url: string,
  request: UrlRequest,
  now: Date,
  requestId: string,
): Record<string, unknown> {
  const { method, path, headers, body, sourceIp } = request;
  const event = functionUrlEvent(url, { method, path, headers }, now, requestId) as Record<
    string,
    unknown
  > & {
    requestContext: { http: Record<string, unknown> };
  };
  Object.assign(event.requestContext.http, { sourceIp, userAgent: headers["user-agent"] ?? "" });
  const { cookie } = headers;
  if (cookie !== undefined) event.cookies = cookie.split("; ");
  if (body.length === 0) return event;
  const isText = textTypes.test(headers["content-type"] ?? "text/plain");
  return { ...event, body: body.toString(isText ? "utf8" : "base64"), isBase64Encoded: !isText };
}

/**
 * The HTTP response for a function's result: `{ statusCode, headers, cookies, body, isBase64Encoded }`, or any other value as
 * JSON. An error has status 502, as on Lambda.
 */
export function urlAnswer(payload: unknown, failed: boolean): UrlAnswer {
  if (failed) return json(502, { message: "Internal Server Error" });
  if (typeof payload !== "object" || payload === null || !("statusCode" in payload))
    return json(200, payload);
  return answerOf(payload as Head);
}

/** The parts of a function's response besides the body. */
export interface Head {
  statusCode?: number;
  headers?: Record<string, unknown>;
  cookies?: string[];
}

function answerOf({ body, isBase64Encoded, ...head }: Head & { body?: unknown; isBase64Encoded?: boolean }) {
  const text = body === undefined ? "" : typeof body === "string" ? body : JSON.stringify(body);
  return { ...headOf(head), body: Buffer.from(text, isBase64Encoded ? "base64" : "utf8") };
}

/** Status and headers of a response. */
export function headOf({
  statusCode,
  headers = {},
  cookies = [],
}: Head): Pick<UrlAnswer, "status" | "headers"> {
  const given = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
  return {
    status: Number(statusCode) || 200,
    headers: {
      "content-type": "application/json",
      ...Object.fromEntries(given),
      ...(cookies.length > 0 && { "set-cookie": cookies }),
    },
  };
}

/** A response in JSON. */
export function json(status: number, value: unknown): UrlAnswer {
  return {
    status,
    headers: { "content-type": "application/json" },
    body: Buffer.from(JSON.stringify(value ?? null)),
  };
}

/**
 * The function of a request: `orders.localhost` is `orders`; a single function receives every request.
 * @returns undefined if there are several functions and the host names none of them.
 */
export function functionOfHost(host: string | undefined, names: readonly string[]): string | undefined {
  if (names.length === 1) return names[0];
  const [label = ""] = (host ?? "").split(":")[0]?.split(".") ?? [];
  return names.find((name) => hostLabel(name) === label);
}

/** A function's name in a form that is valid in a host name. */
export function hostLabel(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
}
