//! Records that may be followed by a stack trace or JSON, one event per line.

use crate::convert::headline;
use crate::convert::stack::{self, State};
use crate::record::{Log, Origin, Severity};

/// Fields that text layouts have too.
const TEXT_FIELDS: [&str; 2] = ["process.pid", "logger"];

/// A text line of the function, with a level or an id but without fields.
pub fn is_text_line(log: &Log) -> bool {
    let has_text_fields = log.attributes.iter().all(|(key, _)| TEXT_FIELDS.contains(&&**key));
    let has_object = log.body.ends_with('}') && log.body.contains('{');
    log.origin == Origin::Function && (has_text_fields || has_object) && !log.body.contains('\n')
}

/// The state if this may be a logger's line before a trace: it has a level and is text.
pub fn heading_of(log: &Log) -> Option<State> {
    if !is_text_line(log) {
        return None;
    }
    if stack::is_console_heading(&log.body) {
        return Some(State::ConsoleHeading);
    }
    if log.request_id.is_none() && stack::opens(&log.body) {
        return Some(State::Json(1));
    }
    if log.severity == Severity::Warn && log.body.starts_with('/') {
        return Some(State::WarningHeading);
    }
    if log.severity >= Severity::Warn {
        return Some(State::Heading);
    }
    (log.request_id.is_none() && names_error(&log.body)).then_some(State::LowHeading)
}

/// Whether an error's type is in the line, so that its frames may follow.
fn names_error(body: &str) -> bool {
    let may = |word: &str| memchr::memmem::find(body.as_bytes(), word.as_bytes()).is_some();
    (may("Exception") || may("Error")) && headline::find(body).is_some_and(|found| headline::is_error_type(found.kind))
}
