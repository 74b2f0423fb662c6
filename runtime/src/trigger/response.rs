//! Parses a runtime's response or error.

use super::json::{at, beginning, list, text};
use crate::invocation::{Answered, Failure, StatusCode};
use crate::record::Value;

/// Parses a response. `body` is its beginning, of `bytes` in total.
pub fn response(request_id: String, body: &[u8], bytes: u64) -> Answered {
    let response = beginning(body);
    let is_whole = body.len() as u64 == bytes;
    let failures = list(&response, &["batchItemFailures"]).iter();
    let failed_items = failures.map(|failure| text(failure, &["itemIdentifier"]).unwrap_or_default().to_owned());
    Answered {
        request_id,
        status: status(&response, is_whole),
        failed_items: failed_items.collect(),
        failure: None,
        bytes,
    }
}

fn status(response: &Value, is_whole: bool) -> StatusCode {
    let code = match at(response, &["statusCode"]) {
        Some(Value::Int(code)) => u16::try_from(*code).ok(),
        Some(Value::Double(code)) if code.fract() == 0.0 && (100.0..600.0).contains(code) => Some(*code as u16),
        Some(Value::String(code)) if code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_digit()) => {
            code.parse().ok()
        }
        Some(_) => None,
        None if *response == Value::Null || !is_whole => None,
        None => return StatusCode::Missing,
    };
    match code {
        Some(code @ 100..=599) => StatusCode::Code(code),
        _ => StatusCode::Unknown,
    }
}

/// Parses an error: `{"errorType", "errorMessage", "stackTrace"}`, as reported by all runtimes. `header` is the type
/// that the runtime sends beside it (`Lambda-Runtime-Function-Error-Type`).
pub fn failure(request_id: String, header: &str, body: &[u8], bytes: u64) -> Answered {
    let error = beginning(body);
    let kind = text(&error, &["errorType"]).unwrap_or(header);
    let lines = list(&error, &["stackTrace"]).iter().filter_map(Value::as_str);
    let lines: Vec<&str> = lines.map(|line| line.trim_end_matches('\n')).collect();
    let failure = Failure {
        kind: kind.to_owned(),
        message: text(&error, &["errorMessage"]).unwrap_or_default().to_owned(),
        stack: (!lines.is_empty()).then(|| lines.join("\n")),
    };
    Answered {
        request_id,
        failure: (!failure.kind.is_empty()).then_some(failure),
        bytes,
        ..Answered::default()
    }
}
