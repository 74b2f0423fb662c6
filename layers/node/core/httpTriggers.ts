import { arnResource } from "./arn";
import { type HttpEvent, httpAttributes, httpHeaders, queryText, responseStatus } from "./httpEvent";
import { at, isObject, stringAt } from "./json";
import { SpanKind } from "./spanData";
import type { Trigger } from "./trigger";

const has = (event: unknown, ...path: string[]): boolean => at(event, ...path) !== undefined;

const messages: Trigger["messages"] = (event) => [
  { carrier: httpHeaders(event), xray: httpHeaders(event)("x-amzn-trace-id") },
];

const nameOf = ({ method, route }: HttpEvent): string | undefined =>
  method === undefined || route === undefined ? undefined : `${method} ${route}`;

/** An HTTP trigger, described by the form of its events. */
function http(
  name: string,
  matches: Trigger["matches"],
  request: (event: unknown) => HttpEvent,
  isFormat2 = false,
): Trigger {
  return {
    name,
    faas: "http",
    kind: SpanKind.SERVER,
    fields: ["requestContext", "raw_path"],
    matches,
    spanName: (event) => nameOf(request(event)),
    attributes: (event) => httpAttributes(event, request(event)),
    messages,
    status: (response) => responseStatus(response, isFormat2),
  };
}

function format1(event: unknown): HttpEvent {
  return {
    method: stringAt(event, "httpMethod") ?? stringAt(event, "requestContext", "httpMethod"),
    path: stringAt(event, "path"),
    route: stringAt(event, "resource"),
    protocol: stringAt(event, "requestContext", "protocol"),
    clientAddress: stringAt(event, "requestContext", "identity", "sourceIp"),
    query: queryText(event),
  };
}

function format2(event: unknown): HttpEvent {
  const request = ["requestContext", "http"] as const;
  // `GET /orders/{id}`, `$default`, or the path alone
  const route = stringAt(event, "routeKey")?.replace(/^[A-Z]+ /, "");
  return {
    method: stringAt(event, ...request, "method"),
    path: stringAt(event, "rawPath") ?? stringAt(event, ...request, "path"),
    route: route === "$default" ? undefined : route,
    protocol: stringAt(event, ...request, "protocol"),
    clientAddress: stringAt(event, ...request, "sourceIp"),
    query: queryText(event),
  };
}

const isFormat2 = (event: unknown): boolean => has(event, "requestContext", "http", "method");

const isFunctionUrl = (event: unknown): boolean =>
  isFormat2(event) && (stringAt(event, "requestContext", "domainName") ?? "").includes(".lambda-url.");

const authorizer: Trigger = {
  name: "api-gateway-authorizer",
  faas: "http",
  kind: SpanKind.SERVER,
  fields: ["methodArn", "routeArn"],
  matches: (event) => {
    const type = stringAt(event, "type");
    const arn = has(event, "methodArn") || has(event, "routeArn");
    return arn && (type === "TOKEN" || type === "REQUEST");
  },
  attributes: (event) => ({
    "http.request.method":
      stringAt(event, "httpMethod") ?? stringAt(event, "requestContext", "http", "method"),
    "http.route": stringAt(event, "resource"),
    "url.path": stringAt(event, "path") ?? stringAt(event, "rawPath"),
  }),
  messages,
};

const webSocket: Trigger = {
  name: "api-gateway-websocket",
  faas: "http",
  kind: SpanKind.SERVER,
  fields: ["requestContext"],
  matches: (event) =>
    has(event, "requestContext", "connectionId") && has(event, "requestContext", "eventType"),
  spanName: (event) => stringAt(event, "requestContext", "routeKey"),
  attributes: (event) => ({
    "http.route": stringAt(event, "requestContext", "routeKey"),
    "server.address": stringAt(event, "requestContext", "domainName"),
    "client.address": stringAt(event, "requestContext", "identity", "sourceIp"),
    "aws.api_gateway.connection_id": stringAt(event, "requestContext", "connectionId"),
    "aws.api_gateway.event_type": stringAt(event, "requestContext", "eventType"),
  }),
  messages,
  status: (response) => responseStatus(response, false),
};

const latticePath = (event: unknown): string | undefined =>
  stringAt(event, "path") ?? stringAt(event, "raw_path");

/** The first match is used. */
export const httpTriggers: readonly Trigger[] = [
  authorizer,
  webSocket,
  http(
    "alb",
    (event) => has(event, "requestContext", "elb"),
    (event) => ({
      method: stringAt(event, "httpMethod"),
      path: stringAt(event, "path"),
      route: undefined,
      query: queryText(event),
    }),
  ),
  http("function-url", isFunctionUrl, (event) => ({ ...format2(event), route: undefined }), true),
  http("api-gateway-http", isFormat2, format2, true),
  http(
    "api-gateway-rest",
    (event) => has(event, "httpMethod") && isObject(at(event, "requestContext")),
    format1,
  ),
  http(
    "vpc-lattice",
    (event) => has(event, "requestContext", "serviceNetworkArn") || has(event, "raw_path"),
    (event) => ({
      method: stringAt(event, "method"),
      path: latticePath(event)?.split("?")[0],
      route: undefined,
      clientAddress: stringAt(event, "requestContext", "identity", "sourceVpcArn")
        ? arnResource(stringAt(event, "requestContext", "identity", "sourceVpcArn"))
        : undefined,
    }),
  ),
];
