//! What an OTLP backend's answers mean.

use std::time::Duration;

use bytes::Bytes;
use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsServiceResponse;
use opentelemetry_proto::tonic::collector::metrics::v1::ExportMetricsServiceResponse;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use prost::Message;

use super::exporter::Verdict;
use crate::buffer::Signal;
use crate::grpc::{self, Code, MessageReader, Status};
use crate::http::header::RETRY_AFTER;
use crate::http::{Client, Endpoint, HeaderMap, Response, StatusCode};

/// Most characters of the backend's own words in a reason.
const WORDS: usize = 200;

/// What an OTLP/HTTP answer means.
pub fn http_verdict(signal: Signal, endpoint: &Endpoint, response: Response) -> Verdict {
    let status = response.status;
    let reason = || format!("{endpoint} answered {status}");
    match status.as_u16() {
        200..300 => taken(signal, endpoint, response.body),
        401 | 403 => Verdict::Unauthorized(reason()),
        408 | 429 | 500.. => failed(reason(), retry_after(&response.headers)),
        _ => Verdict::Rejected(reason()),
    }
}

/// What the answer to a gRPC call means.
pub fn grpc_verdict(signal: Signal, endpoint: &Endpoint, response: Response) -> Verdict {
    let status = Status::read(&response.trailers).or_else(|| Status::read(&response.headers));
    let status = match status {
        Some(status) => status,
        None if response.status == StatusCode::OK => {
            Status::new(Code::Unknown, "no grpc-status: is this a gRPC server?")
        }
        None => Status::of_http(response.status),
    };
    let reason = || {
        let words: String = status.message.chars().take(WORDS).collect();
        let separator = if words.is_empty() { "" } else { ": " };
        format!("{endpoint} answered {}{separator}{words}", status.code.name())
    };
    match status.code {
        Code::Ok => taken(signal, endpoint, message(&response).unwrap_or_default()),
        Code::Unauthenticated | Code::PermissionDenied => Verdict::Unauthorized(reason()),
        code if code.is_retryable() => failed(reason(), status.retry_delay),
        _ => Verdict::Rejected(reason()),
    }
}

fn failed(reason: String, retry_after: Option<Duration>) -> Verdict {
    match retry_after {
        Some(pause) => Verdict::Later(reason, pause),
        None => Verdict::Failed(reason),
    }
}

/// A number of seconds; the other form, a date, is as good as none, since clocks differ.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(RETRY_AFTER)?.to_str().ok()?;
    text.trim().parse().ok().map(Duration::from_secs)
}

/// The message of a gRPC answer.
fn message(response: &Response) -> Option<Bytes> {
    let gzip = grpc::is_gzip(&response.headers).ok()?;
    let mut reader = MessageReader::new(Client::MAX_RESPONSE_BYTES);
    reader.push(&response.body).ok()?;
    reader.finish(gzip).ok()
}

/// A request that was taken, but perhaps for some records (OTLP's partial success).
fn taken(signal: Signal, endpoint: &Endpoint, body: Bytes) -> Verdict {
    let partial = match signal {
        Signal::Logs => ExportLogsServiceResponse::decode(body)
            .ok()
            .and_then(|response| response.partial_success)
            .map(|partial| (partial.rejected_log_records, partial.error_message)),
        Signal::Traces => ExportTraceServiceResponse::decode(body)
            .ok()
            .and_then(|response| response.partial_success)
            .map(|partial| (partial.rejected_spans, partial.error_message)),
        Signal::Metrics => ExportMetricsServiceResponse::decode(body)
            .ok()
            .and_then(|response| response.partial_success)
            .map(|partial| (partial.rejected_data_points, partial.error_message)),
    };
    let (refused, words) = partial.unwrap_or_default();
    match usize::try_from(refused) {
        Ok(refused @ 1..) if !words.is_empty() => {
            let words: String = words.chars().take(WORDS).collect();
            Verdict::PartlyRejected(refused, format!("{endpoint} refused a part: {words}"))
        }
        refused => Verdict::Delivered(refused.unwrap_or(0)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::{HeaderName, HeaderValue};
    use opentelemetry_proto::tonic::collector::logs::v1::ExportLogsPartialSuccess;

    fn response(status: u16, body: impl Into<Bytes>) -> Response {
        Response {
            status: StatusCode::from_u16(status).unwrap(),
            headers: HeaderMap::new(),
            trailers: HeaderMap::new(),
            body: body.into(),
        }
    }

    fn judged(status: u16, body: Bytes) -> Verdict {
        let endpoint = Endpoint::parse("https://backend/v1/logs").unwrap();
        http_verdict(Signal::Logs, &endpoint, response(status, body))
    }

    fn partial_success() -> Vec<u8> {
        let partial_success = Some(ExportLogsPartialSuccess {
            rejected_log_records: 3,
            error_message: "too old".into(),
        });
        ExportLogsServiceResponse { partial_success }.encode_to_vec()
    }

    #[test]
    fn http_answers() {
        assert_eq!(judged(200, Bytes::new()), Verdict::Delivered(0));
        assert_eq!(judged(202, Bytes::from_static(b"{}")), Verdict::Delivered(0));
        for status in [408, 429, 500, 502, 503, 504] {
            assert!(matches!(judged(status, Bytes::new()), Verdict::Failed(_)), "{status}");
        }
        for status in [400, 404, 413, 415, 301] {
            assert!(matches!(judged(status, Bytes::new()), Verdict::Rejected(_)), "{status}");
        }
        for status in [401, 403] {
            assert!(
                matches!(judged(status, Bytes::new()), Verdict::Unauthorized(_)),
                "{status}"
            );
        }
    }

    #[test]
    fn backends_say_when_to_come_again() {
        let endpoint = Endpoint::parse("https://backend/v1/logs").unwrap();
        let verdict = |value| {
            let mut response = response(429, "");
            response.headers.insert(RETRY_AFTER, HeaderValue::from_static(value));
            http_verdict(Signal::Logs, &endpoint, response)
        };
        let reason = "https://backend/v1/logs answered 429 Too Many Requests".to_owned();
        assert_eq!(verdict("7"), Verdict::Later(reason.clone(), Duration::from_secs(7)));
        assert_eq!(verdict("Wed, 21 Oct 2026 07:28:00 GMT"), Verdict::Failed(reason));
    }

    #[test]
    fn partial_success_is_counted() {
        assert_eq!(
            judged(200, partial_success().into()),
            Verdict::PartlyRejected(3, "https://backend/v1/logs refused a part: too old".into())
        );
        for gzip in [false, true] {
            let mut response = response(200, grpc::frame(&partial_success(), gzip).unwrap());
            response.trailers = status("0", "");
            if gzip {
                response
                    .headers
                    .insert(grpc::ENCODING, HeaderValue::from_static("gzip"));
            }
            assert_eq!(
                called(response),
                Verdict::PartlyRejected(3, "https://backend:4317/ refused a part: too old".into())
            );
        }
    }

    fn status(number: &'static str, message: &'static str) -> HeaderMap {
        [("grpc-status", number), ("grpc-message", message)]
            .into_iter()
            .map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)))
            .collect()
    }

    fn called(response: Response) -> Verdict {
        let endpoint = Endpoint::parse("https://backend:4317").unwrap();
        grpc_verdict(Signal::Logs, &endpoint, response)
    }

    #[test]
    fn grpc_answers() {
        let answered = |number| {
            let mut response = response(200, "");
            response.trailers = status(number, "over%20quota");
            called(response)
        };
        assert_eq!(answered("0"), Verdict::Delivered(0));
        for number in ["1", "4", "8", "10", "11", "14", "15"] {
            assert!(matches!(answered(number), Verdict::Failed(_)), "{number}");
        }
        for number in ["2", "3", "5", "6", "9", "12", "13", "x"] {
            assert!(matches!(answered(number), Verdict::Rejected(_)), "{number}");
        }
        let reason = "https://backend:4317/ answered PERMISSION_DENIED: over quota";
        assert_eq!(answered("7"), Verdict::Unauthorized(reason.into()));
        assert!(matches!(answered("16"), Verdict::Unauthorized(_)));
    }

    #[test]
    fn grpc_answers_without_trailers() {
        let mut only_headers = response(200, "");
        only_headers.headers = status("14", "draining");
        let reason = "https://backend:4317/ answered UNAVAILABLE: draining";
        assert_eq!(called(only_headers), Verdict::Failed(reason.into()));
        assert!(matches!(called(response(503, "")), Verdict::Failed(_)));
        assert!(matches!(called(response(401, "")), Verdict::Unauthorized(_)));
        let Verdict::Rejected(reason) = called(response(200, "<html>")) else {
            panic!();
        };
        assert!(reason.contains("is this a gRPC server?"), "{reason}");
    }
}
