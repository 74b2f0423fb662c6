//! Interprets an OTLP backend's responses.

use std::time::{Duration, SystemTime};

use super::success;
use crate::export::redirect;
use crate::export::response::{self, WORDS, words};
use crate::export::size::{self, Size};
use crate::export::verdict::Verdict;
use crate::grpc::{Code, Status};
use crate::http::header::{DATE, RETRY_AFTER};
use crate::http::{Endpoint, HeaderMap, HeaderName, Response, StatusCode};
use crate::record::Signal;

/// A request as sent to the backend.
pub struct Asked<'a> {
    /// The kind of telemetry.
    pub signal: Signal,
    /// Where it went.
    pub endpoint: &'a Endpoint,
    /// How large the request was.
    pub size: Size,
}

/// The verdict on an OTLP/HTTP response.
pub fn http_verdict(asked: &Asked<'_>, response: &Response) -> Verdict {
    let Asked { signal, endpoint, .. } = *asked;
    let status = response.status;
    let reason = || format!("{endpoint} answered {status}");
    match status.as_u16() {
        200..300 => success::of_http(signal, endpoint, response),
        300..=399 => Verdict::Failed(redirect::reason(endpoint, response)),
        401 | 403 => Verdict::Unauthorized(reason()),
        408 | 429 | 503 => failed(reason(), retry_after(&response.headers)),
        413 => too_large(asked, reason(), &words(response)),
        _ if size::is_refusal(&words(response)) => too_large(asked, reason(), &words(response)),
        500.. => failed(reason(), retry_after(&response.headers)),
        _ => Verdict::Rejected(reason()),
    }
}

/// The verdict on the response to a gRPC call.
pub fn grpc_verdict(asked: &Asked<'_>, response: &Response) -> Verdict {
    let Asked { signal, endpoint, .. } = *asked;
    let status = Status::read(&response.trailers).or_else(|| Status::read(&response.headers));
    let status = match status {
        Some(status) => status,
        None if response.status == StatusCode::OK => return Verdict::Failed(no_grpc(endpoint, response)),
        None if response.status.is_redirection() => return Verdict::Failed(redirect::reason(endpoint, response)),
        None if response.status == StatusCode::PAYLOAD_TOO_LARGE => {
            let reason = format!("{endpoint} answered {}", response.status);
            return too_large(asked, reason, &words(response));
        }
        None => Status::of_http(response.status),
    };
    let reason = || {
        let words: String = status.message.chars().take(WORDS).collect();
        let separator = if words.is_empty() { "" } else { ": " };
        format!("{endpoint} answered {}{separator}{words}", status.code.name())
    };
    match status.code {
        Code::Ok => success::of_grpc(signal, endpoint, response),
        Code::Unauthenticated | Code::PermissionDenied => Verdict::Unauthorized(reason()),
        _ if is_too_large(&status) => too_large(asked, reason(), &status.message),
        code if code.is_retryable() => failed(reason(), status.retry_delay),
        _ => Verdict::Rejected(reason()),
    }
}

/// gRPC servers respond with RESOURCE_EXHAUSTED if a message is larger than they accept; with a delay it is a quota.
/// tonic responds with OUT_OF_RANGE, which OTLP's specification lists as retryable; nothing else in an export has a
/// range.
fn is_too_large(status: &Status) -> bool {
    status.code == Code::OutOfRange || (status.retry_delay.is_none() && size::is_refusal(&status.message))
}

fn too_large(asked: &Asked<'_>, reason: String, words: &str) -> Verdict {
    Verdict::TooLarge(reason, size::named_limit(words, asked.size))
}

/// The reason if the response does not come from a gRPC server, but from an HTTP server or a login page.
fn no_grpc(endpoint: &Endpoint, response: &Response) -> String {
    let kind = response::media_type(&response.headers);
    match kind.starts_with("application/grpc") {
        true => format!("{endpoint} answered without grpc-status: does a proxy in between drop HTTP/2 trailers?"),
        false => format!(
            "{endpoint} is not an OTLP/gRPC endpoint: answered {}; is this a gRPC server? Check host and port",
            response::named(&kind)
        ),
    }
}

fn failed(reason: String, retry_after: Option<Duration>) -> Verdict {
    match retry_after {
        Some(pause) => Verdict::Later(reason, pause),
        None => Verdict::Failed(reason),
    }
}

/// Seconds, or a date (RFC 9110, section 10.2.3). A date is relative to the server's own `Date`, if it sends one,
/// because clocks differ.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: HeaderName| headers.get(name)?.to_str().ok().map(str::trim);
    let value = text(RETRY_AFTER)?;
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = httpdate::parse_http_date(value).ok()?;
    let now = text(DATE).and_then(|date| httpdate::parse_http_date(date).ok());
    until.duration_since(now.unwrap_or_else(SystemTime::now)).ok()
}

#[cfg(test)]
mod tests;
