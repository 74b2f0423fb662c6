//! Responses that report full or partial success; and responses of something that is not an OTLP backend.
//!
//! According to OTLP's specification ("Full Success", "Partial Success") a backend responds with the signal's response
//! message, in the encoding of the request. Many servers send no body; a web page, a login form or other JSON comes
//! from something that has not stored anything.

use bytes::Bytes;
use prost::Message;
use serde_json::Value;

use crate::export::response::{WORDS, media_type, named};
use crate::export::verdict::Verdict;
use crate::grpc::{self, MessageReader};
use crate::http::{Client, Endpoint, Response};
use crate::otlp::messages::collector::{
    ExportLogsServiceResponse, ExportMetricsServiceResponse, ExportTraceServiceResponse,
};
use crate::record::Signal;

/// Number of rejected records, and the reason.
type Partial = (i64, String);

/// The verdict on a 2xx response of OTLP/HTTP.
pub fn of_http(signal: Signal, endpoint: &Endpoint, response: &Response) -> Verdict {
    if response.body.trim_ascii().is_empty() {
        return Verdict::Delivered(0);
    }
    let kind = media_type(&response.headers);
    let is_json = response.body.trim_ascii_start().starts_with(b"{");
    let read = match &*kind {
        "application/x-protobuf" | "application/protobuf" | "application/octet-stream" | "" => {
            in_protobuf(signal, &response.body).or_else(|| in_json(signal, &response.body))
        }
        _ => in_json(signal, &response.body),
    };
    match read {
        Some(partial) => verdict(endpoint, partial),
        None => {
            let other = if is_json { " of another kind" } else { "" };
            let kind = named(&kind);
            Verdict::Failed(format!(
                "{endpoint} is not an OTLP endpoint: answered {kind}{other}; check host, port and path"
            ))
        }
    }
}

/// The verdict on the message of a successful gRPC call.
pub fn of_grpc(signal: Signal, endpoint: &Endpoint, response: &Response) -> Verdict {
    let message = message(response).unwrap_or_default();
    verdict(endpoint, in_protobuf(signal, &message).unwrap_or_default())
}

fn message(response: &Response) -> Option<Bytes> {
    let gzip = grpc::is_gzip(&response.headers).ok()?;
    let mut reader = MessageReader::new(Client::MAX_RESPONSE_BYTES);
    reader.push(&response.body).ok()?;
    reader.finish(gzip).ok()
}

fn in_protobuf(signal: Signal, body: &[u8]) -> Option<Partial> {
    let partial = match signal {
        Signal::Logs => ExportLogsServiceResponse::decode(body)
            .ok()?
            .partial_success
            .map(|partial| (partial.rejected_log_records, partial.error_message)),
        Signal::Traces => ExportTraceServiceResponse::decode(body)
            .ok()?
            .partial_success
            .map(|partial| (partial.rejected_spans, partial.error_message)),
        Signal::Metrics => ExportMetricsServiceResponse::decode(body)
            .ok()?
            .partial_success
            .map(|partial| (partial.rejected_data_points, partial.error_message)),
    };
    Some(partial.unwrap_or_default())
}

/// Names in either spelling of protobuf's JSON, numbers as such or as strings. An object with only unknown names comes
/// from something else; with a known one among them it comes from a newer backend.
fn in_json(signal: Signal, body: &[u8]) -> Option<Partial> {
    let answer: serde_json::Map<String, Value> = serde_json::from_slice(body.trim_ascii()).ok()?;
    if answer.is_empty() {
        return Some(Partial::default());
    }
    let partial = match one_of(&answer, ["partialSuccess", "partial_success"])? {
        Value::Object(partial) => partial,
        Value::Null => return Some(Partial::default()),
        _ => return None,
    };
    let count = match signal {
        Signal::Logs => one_of(partial, ["rejectedLogRecords", "rejected_log_records"]),
        Signal::Traces => one_of(partial, ["rejectedSpans", "rejected_spans"]),
        Signal::Metrics => one_of(partial, ["rejectedDataPoints", "rejected_data_points"]),
    };
    let count = count.and_then(|count| match count {
        Value::String(digits) => digits.parse().ok(),
        number => number.as_i64(),
    });
    let words = one_of(partial, ["errorMessage", "error_message"]).and_then(Value::as_str);
    Some((count.unwrap_or(0), words.unwrap_or_default().to_owned()))
}

fn one_of<'a>(object: &'a serde_json::Map<String, Value>, names: [&str; 2]) -> Option<&'a Value> {
    names.into_iter().find_map(|name| object.get(name))
}

fn verdict(endpoint: &Endpoint, (refused, words): Partial) -> Verdict {
    match usize::try_from(refused) {
        Ok(refused @ 1..) if !words.is_empty() => {
            let words: String = words.chars().take(WORDS).collect();
            Verdict::PartlyRejected(refused, format!("{endpoint} refused a part: {words}"))
        }
        refused => Verdict::Delivered(refused.unwrap_or(0)),
    }
}
