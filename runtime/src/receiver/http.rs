//! OTLP/HTTP, in protobuf and in JSON.

use std::borrow::Cow;
use std::rc::Rc;

use bytes::Bytes;
use hyper::body::Incoming;
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderName};
use hyper::{Method, Request, StatusCode};
use tokio::net::TcpListener;

use super::encoding::{Format, format_of, header, is_gzip};
use super::refusals::Refusals;
use super::{Take, answer};
use crate::config::ReceiverConfig;
use crate::grpc::Code;
use crate::gzip;
use crate::http::HeaderValue;
use crate::http::server::{self, Answer};
use crate::otlp::json;
use crate::otlp::received::{self, Received};
use crate::record::Signal;
use crate::spawn::spawn;

/// The largest request, as sent and after decompression. SDKs send 512 records at a time, far less than this.
const LARGEST_REQUEST: usize = 8 * 1024 * 1024;

const TOO_LARGE: &str = "the request is larger than 8 MiB; send fewer records in one request";

/// Why a request is rejected.
#[derive(Debug, PartialEq, Eq)]
struct Refusal(StatusCode, Cow<'static, str>);

fn refusal<T>(status: StatusCode, reason: impl Into<Cow<'static, str>>) -> Result<T, Refusal> {
    Err(Refusal(status, reason.into()))
}

/// With this header the tracing layer signals that the handler of an invocation has ended: its value is the request id.
/// The handler's response may wait for the extension's response.
const ENDED: HeaderName = HeaderName::from_static("clickstack-invocation-ended");

/// Passes every valid request to `take`.
pub async fn serve(listener: TcpListener, config: Rc<ReceiverConfig>, take: impl Take, refusals: Rc<Refusals>) {
    server::serve(listener, move |request| {
        let (config, take, refusals) = (Rc::clone(&config), take.clone(), Rc::clone(&refusals));
        async move {
            // If the encoding is unknown, the response is protobuf, which most SDKs use.
            let format = format_of(request.headers()).ok().flatten();
            let content_type = header(request.headers(), &CONTENT_TYPE).to_owned();
            let signal = signal_of(request.method(), request.uri().path(), &config).ok();
            let report = move |refused: &Refusal| refusals.report(signal, &content_type, &refused.1);
            let answered = match read(request, &config).await {
                Ok(whole) if whole.ended.is_some() => Ok((whole.signal, later(whole, take, report.clone()))),
                Ok(whole) => whole.offer(take),
                Err(refused) => Err(refused),
            };
            if let Err(refused) = &answered {
                report(refused);
            }
            answer_to(format.unwrap_or(Format::Protobuf), answered)
        }
    })
    .await;
}

/// A complete request.
struct Whole {
    signal: Signal,
    gzip: bool,
    format: Option<Format>,
    body: Bytes,
    /// The invocation whose handler has ended, if the request signals that.
    ended: Option<String>,
}

async fn read(request: Request<Incoming>, config: &ReceiverConfig) -> Result<Whole, Refusal> {
    let unsupported = |reason: &'static str| Refusal(StatusCode::UNSUPPORTED_MEDIA_TYPE, reason.into());
    let signal = signal_of(request.method(), request.uri().path(), config)?;
    let gzip = is_gzip(request.headers()).map_err(unsupported)?;
    let format = format_of(request.headers()).map_err(unsupported)?;
    let ended = Some(header(request.headers(), &ENDED)).filter(|id| !id.is_empty() && signal == Signal::Traces);
    let ended = ended.map(str::to_owned);
    match server::read_body(request.into_body(), LARGEST_REQUEST).await {
        Ok(body) => Ok(Whole {
            signal,
            gzip,
            format,
            body,
            ended,
        }),
        Err(server::Unreadable::TooLarge) => refusal(StatusCode::PAYLOAD_TOO_LARGE, TOO_LARGE),
        Err(server::Unreadable::Broken) => refusal(StatusCode::BAD_REQUEST, "the request was interrupted"),
    }
}

/// Processes a request after the response is written, so nothing of it can be rejected: the function may be waiting, and
/// its tracing layer could do nothing about a rejection.
fn later(whole: Whole, take: impl Take, report: impl Fn(&Refusal) + 'static) -> usize {
    spawn(async move {
        let ended = whole.ended.clone();
        if let Err(refused) = whole.offer(take.clone()) {
            report(&refused);
            // The handler has ended nevertheless.
            take(Received {
                ended,
                ..Received::nothing(Signal::Traces)
            });
        }
    });
    0
}

impl Whole {
    /// Processes it; returns its signal and the number of rejected records.
    fn offer(self, take: impl Take) -> Result<(Signal, usize), Refusal> {
        let signal = self.signal;
        let body = match self.gzip {
            false => self.body,
            true => match gzip::decompress(&self.body, LARGEST_REQUEST) {
                Ok(body) => body,
                Err(gzip::Failure::TooLarge) => return refusal(StatusCode::PAYLOAD_TOO_LARGE, TOO_LARGE),
                Err(gzip::Failure::Invalid) => return refusal(StatusCode::BAD_REQUEST, "the body is not valid gzip"),
            },
        };
        let body = match self.format.unwrap_or_else(|| Format::of_body(&body)) {
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
        let received = Received {
            ended: self.ended,
            ..received
        };
        Ok((signal, if take(received) { 0 } else { items }))
    }
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
