//! OTLP/HTTP, in protobuf and in JSON.

use std::borrow::Cow;
use std::rc::Rc;

use hyper::body::Incoming;
use hyper::header::{ALLOW, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName};
use hyper::{Method, Request, StatusCode};
use tokio::net::TcpListener;

use super::refusals::Refusals;
use super::{Take, answer};
use crate::config::ReceiverConfig;
use crate::grpc::Code;
use crate::gzip;
use crate::http::HeaderValue;
use crate::http::server::{self, Answer};
use crate::otlp::{json, received};
use crate::record::Signal;

/// The largest request, as sent and after decompression. SDKs send 512 records at a time, far less than this.
const LARGEST_REQUEST: usize = 8 * 1024 * 1024;

const TOO_LARGE: &str = "the request is larger than 8 MiB; send fewer records in one request";

/// How a request is written, and so its answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Protobuf,
    Json,
}

impl Format {
    /// What a request that doesn't say so is. No protobuf request begins with what JSON begins with.
    fn of_body(body: &[u8]) -> Self {
        let text = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body).trim_ascii_start();
        match text.starts_with(b"{") {
            true => Format::Json,
            false => Format::Protobuf,
        }
    }

    fn content_type(self) -> &'static str {
        match self {
            Format::Protobuf => "application/x-protobuf",
            Format::Json => "application/json",
        }
    }
}

/// Why a request isn't taken.
#[derive(Debug, PartialEq, Eq)]
struct Refusal(StatusCode, Cow<'static, str>);

fn refusal<T>(status: StatusCode, reason: impl Into<Cow<'static, str>>) -> Result<T, Refusal> {
    Err(Refusal(status, reason.into()))
}

/// Hands every valid request to `take`.
pub async fn serve(listener: TcpListener, config: Rc<ReceiverConfig>, take: impl Take, refusals: Rc<Refusals>) {
    server::serve(listener, move |request| {
        let (config, take, refusals) = (Rc::clone(&config), take.clone(), Rc::clone(&refusals));
        async move {
            // What can't be read as either is answered in protobuf, as most SDKs write it.
            let format = format_of(request.headers()).ok().flatten();
            let content_type = header(request.headers(), &CONTENT_TYPE).to_owned();
            let signal = signal_of(request.method(), request.uri().path(), &config).ok();
            let answered = receive(request, &config, take).await;
            if let Err(Refusal(_, reason)) = &answered {
                refusals.report(signal, &content_type, reason);
            }
            answer_to(format.unwrap_or(Format::Protobuf), answered)
        }
    })
    .await;
}

/// Reads one request; gives its signal and how many of its records were not taken.
async fn receive(
    request: Request<Incoming>,
    config: &ReceiverConfig,
    take: impl Take,
) -> Result<(Signal, usize), Refusal> {
    let signal = signal_of(request.method(), request.uri().path(), config)?;
    let gzip = is_gzip(request.headers())?;
    let format = format_of(request.headers())?;
    let body = match server::read_body(request.into_body(), LARGEST_REQUEST).await {
        Ok(body) => body,
        Err(server::Unreadable::TooLarge) => return refusal(StatusCode::PAYLOAD_TOO_LARGE, TOO_LARGE),
        Err(server::Unreadable::Broken) => return refusal(StatusCode::BAD_REQUEST, "the request was interrupted"),
    };
    let body = match gzip {
        false => body,
        true => match gzip::decompress(&body, LARGEST_REQUEST) {
            Ok(body) => body,
            Err(gzip::Failure::TooLarge) => return refusal(StatusCode::PAYLOAD_TOO_LARGE, TOO_LARGE),
            Err(gzip::Failure::Invalid) => return refusal(StatusCode::BAD_REQUEST, "the body is not valid gzip"),
        },
    };
    let body = match format.unwrap_or_else(|| Format::of_body(&body)) {
        Format::Protobuf => body,
        Format::Json => match json::to_protobuf(signal, &body) {
            Ok(body) => body,
            Err(error) => {
                let reason = format!("the body is not an OTLP/JSON export request: {error}");
                return refusal(StatusCode::BAD_REQUEST, reason);
            }
        },
    };
    let Ok(received) = received::read(signal, body) else {
        return refusal(StatusCode::BAD_REQUEST, "the body is not a protobuf export request");
    };
    let items = received.forwarded.items;
    Ok((signal, if take(received) { 0 } else { items }))
}

fn signal_of(method: &Method, path: &str, config: &ReceiverConfig) -> Result<Signal, Refusal> {
    let path = match path.trim_end_matches('/') {
        "" => "/",
        path => path,
    };
    let found = config.paths.iter().find(|(_, known)| known == path);
    match found {
        Some((signal, _)) if *method == Method::POST => Ok(*signal),
        Some(_) => refusal(StatusCode::METHOD_NOT_ALLOWED, "use POST"),
        None => {
            let known: Vec<&str> = config.paths.iter().map(|(_, path)| path.as_str()).collect();
            refusal(
                StatusCode::NOT_FOUND,
                format!("telemetry is accepted at {}", known.join(", ")),
            )
        }
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &HeaderName) -> &'a str {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

fn format_of(headers: &HeaderMap) -> Result<Option<Format>, Refusal> {
    let value = header(headers, &CONTENT_TYPE);
    let media_type = value.split(';').next().unwrap_or_default().trim();
    match media_type.to_ascii_lowercase().as_str() {
        "application/x-protobuf" | "application/protobuf" => Ok(Some(Format::Protobuf)),
        "application/json" | "text/json" => Ok(Some(Format::Json)),
        "" => Ok(None),
        _ => refusal(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "only application/x-protobuf and application/json are accepted; gRPC has its own port",
        ),
    }
}

/// Codings count in any case, `x-gzip` is `gzip`, and `identity` says nothing (RFC 9110, section 8.4.1).
fn is_gzip(headers: &HeaderMap) -> Result<bool, Refusal> {
    let values = headers.get_all(CONTENT_ENCODING).iter();
    let codings = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    let codings = codings.map(|coding| coding.trim_ascii().to_ascii_lowercase());
    let codings: Vec<Vec<u8>> = codings
        .filter(|coding| !matches!(&**coding, b"" | b"identity"))
        .collect();
    match codings.iter().map(Vec::as_slice).collect::<Vec<_>>()[..] {
        [] => Ok(false),
        [b"gzip" | b"x-gzip"] => Ok(true),
        _ => refusal(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "only gzip or no compression is accepted",
        ),
    }
}

fn answer_to(format: Format, answered: Result<(Signal, usize), Refusal>) -> Answer {
    let (status, body) = match (answered, format) {
        (Ok((signal, refused)), Format::Protobuf) => (StatusCode::OK, answer::response(signal, refused)),
        (Ok((signal, refused)), Format::Json) => (StatusCode::OK, answer::json_response(signal, refused)),
        (Err(Refusal(status, reason)), Format::Protobuf) => (status, answer::refusal(code(status), &reason)),
        (Err(Refusal(status, reason)), Format::Json) => (status, answer::json_refusal(code(status), &reason)),
    };
    let mut answer = server::answer(status, format.content_type(), body);
    if status == StatusCode::METHOD_NOT_ALLOWED {
        answer.headers_mut().insert(ALLOW, HeaderValue::from_static("POST"));
    }
    answer
}

fn code(status: StatusCode) -> Code {
    match status {
        StatusCode::PAYLOAD_TOO_LARGE => Code::ResourceExhausted,
        StatusCode::BAD_REQUEST => Code::InvalidArgument,
        _ => Code::Unimplemented,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;
    use crate::environment::Environment;

    fn headers(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    fn config(variables: &[(&str, &str)]) -> ReceiverConfig {
        let mut environment = Environment::default();
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        environment.0.extend(variables.iter().map(owned));
        Config::parse(&environment).0.receiver
    }

    #[test]
    fn paths_and_methods() {
        let config = config(&[]);
        assert_eq!(signal_of(&Method::POST, "/v1/traces", &config), Ok(Signal::Traces));
        assert_eq!(signal_of(&Method::POST, "/v1/logs/", &config), Ok(Signal::Logs));
        let status = |method, path| signal_of(&method, path, &config).unwrap_err().0;
        assert_eq!(status(Method::GET, "/v1/logs"), StatusCode::METHOD_NOT_ALLOWED);
        assert_eq!(status(Method::POST, "/"), StatusCode::NOT_FOUND);
    }

    #[test]
    fn other_paths_and_signals_that_are_off() {
        let config = config(&[
            ("ROTEL_OTLP_RECEIVER_TRACES_HTTP_PATH", "ingest/spans/"),
            ("ROTEL_OTLP_RECEIVER_LOGS_DISABLED", "TRUE"),
        ]);
        assert_eq!(signal_of(&Method::POST, "/ingest/spans", &config), Ok(Signal::Traces));
        assert_eq!(signal_of(&Method::POST, "/v1/metrics", &config), Ok(Signal::Metrics));
        for path in ["/v1/traces", "/v1/logs"] {
            let Refusal(status, reason) = signal_of(&Method::POST, path, &config).unwrap_err();
            assert_eq!(status, StatusCode::NOT_FOUND);
            assert_eq!(reason, "telemetry is accepted at /ingest/spans, /v1/metrics");
        }
    }

    #[test]
    fn formats_and_compressions() {
        let format = |value| format_of(&headers(CONTENT_TYPE, value)).map_err(|refusal| refusal.0);
        assert_eq!(format("application/x-protobuf; x=1"), Ok(Some(Format::Protobuf)));
        assert_eq!(format("Application/JSON; charset=utf-8"), Ok(Some(Format::Json)));
        assert_eq!(format_of(&HeaderMap::new()), Ok(None));
        for (body, format) in [
            (&b"\xef\xbb\xbf {"[..], Format::Json),
            (b"\n\0", Format::Protobuf),
            (b"", Format::Protobuf),
        ] {
            assert_eq!(Format::of_body(body), format);
        }
        assert_eq!(format("text/plain"), Err(StatusCode::UNSUPPORTED_MEDIA_TYPE));
        for gzip in ["gzip", "GZIP", " x-gzip ", "identity, Gzip"] {
            assert_eq!(is_gzip(&headers(CONTENT_ENCODING, gzip)), Ok(true), "{gzip}");
        }
        for none in ["identity", "", "Identity,"] {
            assert_eq!(is_gzip(&headers(CONTENT_ENCODING, none)), Ok(false), "{none}");
        }
        assert_eq!(is_gzip(&HeaderMap::new()), Ok(false));
        assert!(is_gzip(&headers(CONTENT_ENCODING, "br")).is_err());
    }

    #[test]
    fn answers_are_written_as_the_request_is() {
        let refused = || refusal(StatusCode::PAYLOAD_TOO_LARGE, TOO_LARGE);
        for (format, content_type) in [
            (Format::Protobuf, "application/x-protobuf"),
            (Format::Json, "application/json"),
        ] {
            for answered in [Ok((Signal::Logs, 0)), Ok((Signal::Logs, 2)), refused()] {
                let answer = answer_to(format, answered);
                assert_eq!(answer.headers()[CONTENT_TYPE], content_type);
            }
        }
        assert_eq!(
            answer_to(Format::Json, refused()).status(),
            StatusCode::PAYLOAD_TOO_LARGE
        );
        let answer = answer_to(Format::Json, refusal(StatusCode::METHOD_NOT_ALLOWED, "use POST"));
        assert_eq!(answer.headers()[ALLOW], "POST");
    }
}
