//! JSON log records: Lambda's JSON log format, and what the usual structured loggers print.

mod fields;
mod nested;
mod template;
mod values;

pub use fields::Fields;

use super::syntax::lenient;
use super::syntax::object::Object;
use crate::record::Severity;
use nested::{tslog_name, zap_name};

/// Reads a JSON object, also a slightly malformed one, as a log record; `None` for anything else.
pub fn parse(json: &str) -> Option<Fields> {
    parse_below(json, Severity::Unspecified)
}

/// Whether an object has its message in one of the usual fields, or is an error report; `None` if it is not an object.
pub fn has_usual_message(json: &str) -> Option<bool> {
    let Object(entries) = serde_json::from_str(json).ok()?;
    let usual = ["message", "msg", "errorType", "errorMessage"];
    Some(entries.iter().any(|(key, _)| usual.contains(&&**key)))
}

/// Like `parse`, for an object in a line with a level before it.
pub fn parse_below(json: &str, outer: Severity) -> Option<Fields> {
    if let Some(fields) = parse_strict(json, outer) {
        return Some(fields);
    }
    let corrected = json.starts_with('{').then(|| lenient::corrected(json)).flatten()?;
    parse_strict(&corrected, outer)
}

fn parse_strict(json: &str, outer: Severity) -> Option<Fields> {
    let Object(entries) = serde_json::from_str(json).ok()?;
    let mut fields = Fields {
        attributes: Vec::with_capacity(entries.len()),
        outer,
        ..Fields::default()
    };
    let (mut is_clef, mut is_tslog, mut zap) = (false, false, 0);
    for (key, _) in &entries {
        match &**key {
            "@t" => is_clef = true,
            "_meta" => is_tslog = true,
            "L" | "M" => zap += 1,
            "level" | "target" | "@message" => fields.is_logged = true,
            _ => {}
        }
    }
    for (key, value) in entries {
        let key = match (zap, is_tslog) {
            (2, _) => zap_name(key),
            (_, true) => tslog_name(key),
            _ => key,
        };
        fields.take(key, value);
    }
    if is_clef && fields.severity == Severity::Unspecified {
        // Serilog omits its default level.
        fields.severity = Severity::Info;
    }
    Some(fields.finish())
}

#[cfg(test)]
mod tests;
