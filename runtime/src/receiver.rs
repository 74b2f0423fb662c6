//! The OTLP/HTTP receiver for the function's own OpenTelemetry SDK.

use std::io::Read;

use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use hyper::body::Incoming;
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName};
use hyper::{Method, Request, StatusCode};
use tokio::net::TcpListener;

use crate::buffer::Signal;
use crate::convert::sdk::{self, Received};
use crate::server::{self, Answer, answer};

/// The largest request, as sent and after decompression. SDKs send 512 records at a time, far less than this.
const LARGEST_REQUEST: usize = 8 * 1024 * 1024;

const PROTOBUF: &str = "application/x-protobuf";

/// Why a request isn't taken.
#[derive(Debug, PartialEq, Eq)]
struct Refusal(StatusCode, &'static str);

/// Hands every valid request to `take`.
pub async fn serve(listener: TcpListener, take: impl Fn(Received) + Clone + 'static) {
    server::serve(listener, move |request| {
        let take = take.clone();
        async move {
            match receive(request).await {
                Ok(received) => {
                    take(received);
                    // An empty message: everything was taken.
                    answer(StatusCode::OK, PROTOBUF, Bytes::new())
                }
                Err(refusal) => refuse(&refusal),
            }
        }
    })
    .await;
}

async fn receive(request: Request<Incoming>) -> Result<Received, Refusal> {
    let signal = signal_of(request.method(), request.uri().path())?;
    let gzip = is_gzip(request.headers())?;
    check_content_type(request.headers())?;
    let body = server::read_body(request.into_body(), LARGEST_REQUEST).await;
    let body = body.ok_or(Refusal(
        StatusCode::PAYLOAD_TOO_LARGE,
        "the request is larger than 8 MiB or broke off",
    ))?;
    let body = if gzip { decompress(&body)? } else { body };
    sdk::read(signal, body).map_err(|_| Refusal(StatusCode::BAD_REQUEST, "the body is no protobuf export request"))
}

fn signal_of(method: &Method, path: &str) -> Result<Signal, Refusal> {
    let signal = match path.trim_end_matches('/') {
        "/v1/logs" => Signal::Logs,
        "/v1/traces" => Signal::Traces,
        "/v1/metrics" => Signal::Metrics,
        _ => {
            return Err(Refusal(
                StatusCode::NOT_FOUND,
                "use /v1/logs, /v1/traces or /v1/metrics",
            ));
        }
    };
    match *method {
        Method::POST => Ok(signal),
        _ => Err(Refusal(StatusCode::METHOD_NOT_ALLOWED, "use POST")),
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &HeaderName) -> &'a str {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default()
}

fn check_content_type(headers: &HeaderMap) -> Result<(), Refusal> {
    let value = header(headers, &CONTENT_TYPE);
    let media_type = value.split(';').next().unwrap_or_default().trim();
    match media_type.eq_ignore_ascii_case(PROTOBUF) || media_type.eq_ignore_ascii_case("application/protobuf") {
        true => Ok(()),
        false => Err(Refusal(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "only application/x-protobuf is taken; set OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
        )),
    }
}

fn is_gzip(headers: &HeaderMap) -> Result<bool, Refusal> {
    match header(headers, &CONTENT_ENCODING) {
        "" | "identity" => Ok(false),
        "gzip" => Ok(true),
        _ => Err(Refusal(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "only gzip or no compression is taken",
        )),
    }
}

fn decompress(body: &[u8]) -> Result<Bytes, Refusal> {
    let mut plain = Vec::with_capacity(body.len() * 3);
    let read = MultiGzDecoder::new(body)
        .take(LARGEST_REQUEST as u64 + 1)
        .read_to_end(&mut plain);
    match read {
        Err(_) => Err(Refusal(StatusCode::BAD_REQUEST, "the body is no valid gzip")),
        Ok(size) if size > LARGEST_REQUEST => Err(Refusal(
            StatusCode::PAYLOAD_TOO_LARGE,
            "the request is larger than 8 MiB",
        )),
        Ok(_) => Ok(plain.into()),
    }
}

fn refuse(refusal: &Refusal) -> Answer {
    answer(refusal.0, "text/plain", refusal.1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use hyper::header::HeaderValue;
    use std::io::Write;

    fn headers(name: HeaderName, value: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::from_static(value))])
    }

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn paths_and_methods() {
        assert_eq!(signal_of(&Method::POST, "/v1/traces"), Ok(Signal::Traces));
        assert_eq!(signal_of(&Method::POST, "/v1/logs/"), Ok(Signal::Logs));
        assert_eq!(
            signal_of(&Method::GET, "/v1/logs").unwrap_err().0,
            StatusCode::METHOD_NOT_ALLOWED
        );
        assert_eq!(signal_of(&Method::POST, "/").unwrap_err().0, StatusCode::NOT_FOUND);
    }

    #[test]
    fn json_is_refused_with_advice() {
        assert!(check_content_type(&headers(CONTENT_TYPE, "application/x-protobuf; x=1")).is_ok());
        let refusal = check_content_type(&headers(CONTENT_TYPE, "application/json")).unwrap_err();
        assert_eq!(refusal.0, StatusCode::UNSUPPORTED_MEDIA_TYPE);
        assert!(refusal.1.contains("OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf"));
    }

    #[test]
    fn gzip_bodies_of_bounded_size() {
        assert_eq!(is_gzip(&headers(CONTENT_ENCODING, "gzip")), Ok(true));
        assert!(is_gzip(&headers(CONTENT_ENCODING, "br")).is_err());
        assert_eq!(decompress(&gzip(b"hello")).unwrap(), "hello");
        assert_eq!(decompress(b"hello").unwrap_err().0, StatusCode::BAD_REQUEST);
        let bomb = gzip(&vec![0; LARGEST_REQUEST + 1]);
        assert_eq!(decompress(&bomb).unwrap_err().0, StatusCode::PAYLOAD_TOO_LARGE);
    }
}
