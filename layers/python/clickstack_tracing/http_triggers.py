"""HTTP requests: API Gateway, function URLs, load balancers, VPC Lattice."""

import re

from .carrier import carrier_of, first_of
from .jsons import at, has, string_at
from .trigger import Trigger, arn_resource

# Query parameters whose values must not be in telemetry.
_SECRET = re.compile(
    "token|secret|password|passwd|signature|credential|api[-_]?key|^(sig|key|code|auth|access_?key.*)$",
    re.IGNORECASE,
)
_METHOD = re.compile("^[A-Z]+ ")


def http_headers(event):
    """Headers of an HTTP request event, with single or multiple values."""
    return first_of(carrier_of(at(event, "headers")), carrier_of(at(event, "multiValueHeaders")))


def _messages(event):
    headers = http_headers(event)
    return [(headers, headers("x-amzn-trace-id"), None)]


def http_attributes(event, http):
    """Attributes of OpenTelemetry's "Semantic conventions for HTTP server spans"."""
    header = http_headers(event)
    protocol = http.get("protocol") or ""
    host = header("host") or string_at(event, "requestContext", "domainName")
    forwarded = (header("x-forwarded-for") or "").split(",")[0].strip()
    return {
        "http.request.method": http["method"],
        "http.route": http["route"],
        "url.path": http["path"],
        "url.query": http.get("query"),
        "url.scheme": header("x-forwarded-proto") or "https",
        "server.address": host and re.sub(r":\d+$", "", host),
        "client.address": http.get("client") or forwarded or None,
        "user_agent.original": header("user-agent"),
        "network.protocol.version": protocol[5:] if re.fullmatch(r"HTTP/\d(\.\d)?", protocol) else None,
    }


def query_text(event):
    """A query string in which values that may be secrets are replaced."""
    raw = string_at(event, "rawQueryString")
    if raw is not None:
        return _redacted(raw.split("&"))
    several, single = (at(event, key) for key in ("multiValueQueryStringParameters", "queryStringParameters"))
    parameters = several if isinstance(several, dict) else single
    if not isinstance(parameters, dict):
        return None
    return _redacted(
        [
            f"{name}={one}"
            for name, value in parameters.items()
            for one in (value if isinstance(value, list) else [value])
        ]
    )


def _redacted(pairs):
    safe = []
    for pair in pairs:
        name, equals, _ = pair.partition("=")
        safe.append(f"{name}=REDACTED" if equals and _SECRET.search(name) else pair)
    return "&".join(safe) or None


def response_status(response, is_format2):
    """The status that an HTTP trigger gets; a payload of format 2.0 without one means 200."""
    status = at(response, "statusCode")
    code = int(status) if isinstance(status, str) and re.fullmatch(r"\d{3}", status, re.ASCII) else status
    if isinstance(code, int) and not isinstance(code, bool) and 100 <= code <= 599:
        return int(code)
    return 200 if is_format2 and response is not None and status is None else None


def _http(name, matches, request, is_format2=False, keys=("requestContext",)):
    """An HTTP trigger, described by the form of its events."""

    def span_name(event):
        http = request(event)
        return f"{http['method']} {http['route']}" if http["method"] and http["route"] else None

    return Trigger(
        name,
        "http",
        keys,
        matches,
        span_name,
        lambda event: http_attributes(event, request(event)),
        _messages,
        lambda response: response_status(response, is_format2),
    )


def _format1(event):
    return {
        "method": string_at(event, "httpMethod") or string_at(event, "requestContext", "httpMethod"),
        "path": string_at(event, "path"),
        "route": string_at(event, "resource"),
        "protocol": string_at(event, "requestContext", "protocol"),
        "client": string_at(event, "requestContext", "identity", "sourceIp"),
        "query": query_text(event),
    }


def _format2(event):
    http = at(event, "requestContext", "http")
    # `GET /orders/{id}`, `$default`, or the path alone
    route = _METHOD.sub("", string_at(event, "routeKey") or "")
    return {
        "method": string_at(http, "method"),
        "path": string_at(event, "rawPath") or string_at(http, "path"),
        "route": None if route in ("", "$default") else route,
        "protocol": string_at(http, "protocol"),
        "client": string_at(http, "sourceIp"),
        "query": query_text(event),
    }


def _is_format2(event):
    return has(event, "requestContext", "http", "method")


def _is_function_url(event):
    return _is_format2(event) and ".lambda-url." in (string_at(event, "requestContext", "domainName") or "")


def _is_authorizer(event):
    return (has(event, "methodArn") or has(event, "routeArn")) and at(event, "type") in ("TOKEN", "REQUEST")


def _authorizer_attributes(event):
    method = string_at(event, "httpMethod") or string_at(event, "requestContext", "http", "method")
    return {
        "http.request.method": method,
        "http.route": string_at(event, "resource"),
        "url.path": string_at(event, "path") or string_at(event, "rawPath"),
    }


def _web_socket_attributes(event):
    request = at(event, "requestContext")
    return {
        "http.route": string_at(request, "routeKey"),
        "server.address": string_at(request, "domainName"),
        "client.address": string_at(request, "identity", "sourceIp"),
        "aws.api_gateway.connection_id": string_at(request, "connectionId"),
        "aws.api_gateway.event_type": string_at(request, "eventType"),
    }


def _alb(event):
    return {
        "method": string_at(event, "httpMethod"),
        "path": string_at(event, "path"),
        "route": None,
        "query": query_text(event),
    }


def _lattice(event):
    path = string_at(event, "path") or string_at(event, "raw_path")
    return {
        "method": string_at(event, "method"),
        "path": path and path.split("?")[0],
        "route": None,
        "client": arn_resource(string_at(event, "requestContext", "identity", "sourceVpcArn")),
    }


# The first match is used.
TRIGGERS = (
    Trigger(
        "api-gateway-authorizer",
        "http",
        ("type",),
        _is_authorizer,
        attributes=_authorizer_attributes,
        messages=_messages,
    ),
    Trigger(
        "api-gateway-websocket",
        "http",
        ("requestContext",),
        lambda event: has(event, "requestContext", "connectionId") and has(event, "requestContext", "eventType"),
        lambda event: string_at(event, "requestContext", "routeKey"),
        _web_socket_attributes,
        _messages,
        lambda response: response_status(response, False),
    ),
    _http("alb", lambda event: has(event, "requestContext", "elb"), _alb),
    _http("function-url", _is_function_url, lambda event: {**_format2(event), "route": None}, True),
    _http("api-gateway-http", _is_format2, _format2, True),
    _http(
        "api-gateway-rest",
        lambda event: has(event, "httpMethod") and isinstance(at(event, "requestContext"), dict),
        _format1,
    ),
    _http(
        "vpc-lattice",
        lambda event: has(event, "requestContext", "serviceNetworkArn") or has(event, "raw_path"),
        _lattice,
        keys=("requestContext", "raw_path"),
    ),
)
