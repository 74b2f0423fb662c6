//! Requests over HTTP. Attributes of OpenTelemetry's "Semantic conventions for HTTP server spans".

use std::borrow::Cow;

use super::arn::arn_resource;
use super::carrier::Carrier;
use super::found::Found;
use super::json::{at, fields, has, text};
use super::origin::Message;
use crate::invocation::ResponseFormat;
use crate::record::{SpanKind, Value};

/// Query parameters whose values must not be in telemetry: names that contain one of these,
const SECRET: [&str; 9] = [
    "token",
    "secret",
    "password",
    "passwd",
    "signature",
    "credential",
    "apikey",
    "api-key",
    "api_key",
];
/// or are one of these.
const SECRET_NAMES: [&str; 4] = ["sig", "key", "code", "auth"];

/// The request of an event.
#[derive(Default)]
struct Request<'v> {
    method: Option<&'v str>,
    path: Option<&'v str>,
    /// The path's template, such as `/orders/{id}`.
    route: Option<&'v str>,
    protocol: Option<&'v str>,
    client_address: Option<&'v str>,
    /// Already encoded, without the question mark.
    query: Option<String>,
}

/// The trigger, if it is an HTTP trigger. The first match is used.
pub fn find(event: &Value) -> Option<Found<'_>> {
    let context = |path: &str| has(event, &["requestContext", path]);
    let is_format2 = has(event, &["requestContext", "http", "method"]);
    let domain = text(event, &["requestContext", "domainName"]).unwrap_or_default();
    if let Some(found) = authorizer(event) {
        return Some(found);
    }
    if context("connectionId") && context("eventType") {
        return Some(web_socket(event));
    }
    let found = if context("elb") {
        let request = Request {
            method: text(event, &["httpMethod"]),
            path: text(event, &["path"]),
            query: query(event),
            ..Request::default()
        };
        http("alb", event, request, ResponseFormat::Explicit)
    } else if is_format2 && domain.contains(".lambda-url.") {
        let request = Request {
            route: None,
            ..format2(event)
        };
        http("function-url", event, request, ResponseFormat::Implicit)
    } else if is_format2 {
        http("api-gateway-http", event, format2(event), ResponseFormat::Implicit)
    } else if has(event, &["httpMethod"]) && matches!(at(event, &["requestContext"]), Some(Value::Map(_))) {
        http("api-gateway-rest", event, format1(event), ResponseFormat::Explicit)
    } else if context("serviceNetworkArn") || has(event, &["raw_path"]) {
        http("vpc-lattice", event, lattice(event), ResponseFormat::Explicit)
    } else {
        return None;
    };
    Some(found)
}

fn http<'v>(name: &'static str, event: &'v Value, request: Request<'v>, format: ResponseFormat) -> Found<'v> {
    let header = |name: &str| header(event, name);
    let scheme = header("x-forwarded-proto").unwrap_or(Cow::Borrowed("https"));
    let domain = text(event, &["requestContext", "domainName"]);
    let host = header("host").or_else(|| domain.map(Cow::Borrowed));
    let host = host.map(|host| without_port(&host).to_owned());
    let forwarded =
        || header("x-forwarded-for").map(|list| list.split(',').next().unwrap_or_default().trim().to_owned());
    let client = request.client_address.map(str::to_owned).or_else(forwarded);
    let version = request.protocol.and_then(|protocol| protocol.strip_prefix("HTTP/"));
    let span_name = request.method.zip(request.route);
    let found = Found::new(name, "http", SpanKind::Server)
        .named(span_name.map(|(method, route)| format!("{method} {route}")))
        .with("http.request.method", request.method)
        .with("http.route", request.route)
        .with("url.path", request.path)
        .with("url.query", request.query)
        .with("url.scheme", Some(scheme.into_owned()))
        .with("server.address", host)
        .with("client.address", client)
        .with("user_agent.original", header("user-agent").map(Cow::into_owned))
        .with(
            "network.protocol.version",
            version.filter(|version| is_version(version)),
        );
    Found {
        messages: vec![request_message(event)],
        format: Some(format),
        ..found
    }
}

fn request_message(event: &Value) -> Message<'_> {
    Message {
        carriers: header_places(event).into(),
        xray: header(event, "x-amzn-trace-id").map(Cow::into_owned),
        ..Message::default()
    }
}

/// Headers, with single or multiple values.
fn header_places(event: &Value) -> [Carrier<'_>; 2] {
    ["headers", "multiValueHeaders"].map(|name| Carrier::Fields(at(event, &[name])))
}

fn header<'v>(event: &'v Value, name: &str) -> Option<Cow<'v, str>> {
    let found = header_places(event)
        .into_iter()
        .find_map(|place| place.get(name).map(Cow::into_owned));
    found.map(Cow::Owned)
}

/// `1.1` or `2`.
fn is_version(version: &str) -> bool {
    let (major, minor) = version.split_once('.').unwrap_or((version, "0"));
    [major, minor]
        .iter()
        .all(|part| part.len() == 1 && part.as_bytes()[0].is_ascii_digit())
}

fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

fn format1(event: &Value) -> Request<'_> {
    Request {
        method: text(event, &["httpMethod"]).or_else(|| text(event, &["requestContext", "httpMethod"])),
        path: text(event, &["path"]),
        route: text(event, &["resource"]),
        protocol: text(event, &["requestContext", "protocol"]),
        client_address: text(event, &["requestContext", "identity", "sourceIp"]),
        query: query(event),
    }
}

fn format2(event: &Value) -> Request<'_> {
    let http = |name: &str| text(event, &["requestContext", "http", name]);
    // `GET /orders/{id}`, `$default`, or the path alone.
    let key = text(event, &["routeKey"]);
    let is_method = |method: &str| !method.is_empty() && method.bytes().all(|byte| byte.is_ascii_uppercase());
    let route = key.map(|key| match key.split_once(' ') {
        Some((method, route)) if is_method(method) => route,
        _ => key,
    });
    Request {
        method: http("method"),
        path: text(event, &["rawPath"]).or_else(|| http("path")),
        route: route.filter(|route| *route != "$default"),
        protocol: http("protocol"),
        client_address: http("sourceIp"),
        query: query(event),
    }
}

fn lattice(event: &Value) -> Request<'_> {
    let path = text(event, &["path"]).or_else(|| text(event, &["raw_path"]));
    Request {
        method: text(event, &["method"]),
        path: path.and_then(|path| path.split('?').next()),
        client_address: arn_resource(text(event, &["requestContext", "identity", "sourceVpcArn"])),
        ..Request::default()
    }
}

fn authorizer(event: &Value) -> Option<Found<'_>> {
    let arn = has(event, &["methodArn"]) || has(event, &["routeArn"]);
    let is_authorizer = arn && matches!(text(event, &["type"]), Some("TOKEN" | "REQUEST"));
    let method = || text(event, &["requestContext", "http", "method"]);
    let found = || {
        Found::new("api-gateway-authorizer", "http", SpanKind::Server)
            .with("http.request.method", text(event, &["httpMethod"]).or_else(method))
            .with("http.route", text(event, &["resource"]))
            .with("url.path", text(event, &["path"]).or_else(|| text(event, &["rawPath"])))
    };
    is_authorizer.then(|| Found {
        messages: vec![request_message(event)],
        ..found()
    })
}

fn web_socket(event: &Value) -> Found<'_> {
    let context = |name: &str| text(event, &["requestContext", name]);
    let route = context("routeKey");
    let found = Found::new("api-gateway-websocket", "http", SpanKind::Server)
        .named(route.map(str::to_owned))
        .with("http.route", route)
        .with("server.address", context("domainName"))
        .with(
            "client.address",
            text(event, &["requestContext", "identity", "sourceIp"]),
        )
        .with("aws.api_gateway.connection_id", context("connectionId"))
        .with("aws.api_gateway.event_type", context("eventType"));
    Found {
        messages: vec![request_message(event)],
        format: Some(ResponseFormat::Explicit),
        ..found
    }
}

/// A query string in which values that may be secrets are replaced.
fn query(event: &Value) -> Option<String> {
    let pairs: Vec<String> = match at(event, &["rawQueryString"]) {
        Some(Value::String(raw)) if !raw.is_empty() => raw.split('&').map(redacted).collect(),
        _ => {
            let several = fields(event, &["multiValueQueryStringParameters"]);
            let parameters = match several {
                [] => fields(event, &["queryStringParameters"]),
                _ => several,
            };
            let pairs = parameters.iter().flat_map(|(name, value)| {
                let values = match value {
                    Value::Array(values) => values.as_slice(),
                    single => std::slice::from_ref(single),
                };
                values
                    .iter()
                    .map(move |value| redacted(&format!("{name}={}", value.as_str().unwrap_or_default())))
            });
            pairs.collect()
        }
    };
    Some(pairs.join("&")).filter(|query| !query.is_empty())
}

fn redacted(pair: &str) -> String {
    let Some((name, _)) = pair.split_once('=') else {
        return pair.to_owned();
    };
    let lower = name.to_ascii_lowercase();
    let is_secret = SECRET.iter().any(|word| lower.contains(word))
        || SECRET_NAMES.contains(&lower.as_str())
        || ["accesskey", "access_key"].iter().any(|begin| lower.starts_with(begin));
    match is_secret {
        true => format!("{name}=REDACTED"),
        false => pair.to_owned(),
    }
}
