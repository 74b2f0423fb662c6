//! Converts lines of the function and of extensions to log records.

use std::borrow::Cow;
use std::rc::Rc;

use super::exception::{self, Exception};
use super::syntax::{ansi, lenient, logfmt};
use super::{json, level, text};
use crate::record::{Attributes, Key, Log, Origin, Severity, Value, unique};

/// The record of one `function` or `extension` event: `record` is its raw JSON, `observed` its time in nanoseconds.
pub fn from_line(origin: Origin, observed: u64, record: &str) -> Log {
    if record.starts_with('"') {
        let line = serde_json::from_str::<Line>(record).map_or(Cow::Borrowed(record), |Line(text)| text);
        return from_text(origin, observed, &line);
    }
    match json::parse(record) {
        Some(fields) => from_fields(origin, observed, fields, record, Severity::Unspecified),
        None => from_text(origin, observed, record),
    }
}

/// Like `from_line`, in the Rotel extension's format: without fields, so that everything in a text stays in its body,
/// and the message of an object is that of its usual fields.
pub fn from_line_as_rotel(origin: Origin, observed: u64, record: &str) -> Log {
    let mut log = from_line(origin, observed, record);
    log.attributes.clear();
    let text = record
        .starts_with('"')
        .then(|| serde_json::from_str::<Line>(record).ok())
        .flatten();
    let content = match &text {
        Some(Line(text)) => text::parse(text).message,
        None => record,
    };
    let usual = json::has_usual_message(content);
    if usual != Some(true) {
        log.body = content.replace("\r\n", "\n").replace('\r', "\n");
    }
    log
}

/// The attribute for an application's own request id that did not come from a field.
const REQUEST_ID_FIELD: &str = "requestId";

/// The first byte of a colour sequence.
const ESCAPE: u8 = 0x1b;

/// The longest prefix of a JSON object, and the longest object that is looked for after one.
const LONGEST_PREFIX: usize = 256;
const LONGEST_OBJECT: usize = 64 * 1024;

/// The request id that a record names is not one that Lambda announced: it becomes a normal field.
pub fn disclaim(log: &mut Log) {
    let field = log.request_id_field.take().unwrap_or(Cow::Borrowed(REQUEST_ID_FIELD));
    if let Some(id) = log.request_id.take() {
        add(&mut log.attributes, field, &id);
    }
}

/// Adds a field, unless there is one of that name.
fn add(attributes: &mut Attributes, field: Key, value: &str) {
    if attributes.iter().all(|(key, _)| *key != field) {
        attributes.push((field, Value::from(value)));
    }
}

#[derive(serde::Deserialize)]
struct Line<'a>(#[serde(borrow)] Cow<'a, str>);

/// The record of a line of text.
pub fn from_text(origin: Origin, observed: u64, line: &str) -> Log {
    // Most lines contain neither colours nor line breaks, which one search shows.
    let text = text::trim_line_break(line);
    let is_plain = memchr::memchr3(ESCAPE, b'\r', b'\n', text.as_bytes()).is_none() && !text.starts_with('\u{9b}');
    let line = if is_plain {
        Cow::Borrowed(line)
    } else {
        ansi::strip(line)
    };
    let parsed = text::parse(&line);
    let mut log = from_content(origin, observed, &parsed, is_plain);
    // The runtime's layout determines which invocation wrote the line, the logged object how severe it is.
    if let Some(id) = parsed.request_id {
        if let Some(other) = log.request_id.take().filter(|other| &**other != id) {
            let field = log.request_id_field.take().unwrap_or(Cow::Borrowed(REQUEST_ID_FIELD));
            add(&mut log.attributes, field, &other);
        }
        log.request_id = Some(Rc::from(id));
        log.request_id_field = None;
    }
    for (name, value) in parsed.fields.into_iter().flatten() {
        let value = value.parse().map_or_else(|_| Value::from(value), Value::Int);
        if log.attributes.iter().all(|(key, _)| key != name) {
            log.attributes.push((name.into(), value));
        }
    }
    if log.time == observed {
        log.time = parsed.time.unwrap_or(observed);
    }
    log
}

/// Parses a line's content after its layout: JSON, fields of logfmt, or a message.
fn from_content(origin: Origin, observed: u64, parsed: &text::Line<'_>, is_plain: bool) -> Log {
    let message = parsed.message;
    if let Some(mut fields) = text::report(message).and_then(structured) {
        fields.exception.escaped = true;
        return from_fields(origin, observed, fields, message, parsed.severity);
    }
    if let Some(fields) = structured(message) {
        return from_fields(origin, observed, fields, message, parsed.severity);
    }
    if let Some((fields, is_body)) = after_prefix(parsed) {
        let log = from_fields(origin, observed, fields, message, parsed.severity);
        let body = if is_body { log.body } else { message.to_owned() };
        return Log { body, ..log };
    }
    if let Some(fields) = parsed.is_bare.then(|| logfmt::to_json(message)).flatten() {
        if let Some(fields) = json::parse(&fields) {
            return from_fields(origin, observed, fields, message, parsed.severity);
        }
    }
    from_message(origin, observed, parsed, is_plain)
}

/// A message that is a JSON object, as printed by structured loggers.
fn structured(message: &str) -> Option<json::Fields> {
    let message = match message.as_bytes().first()? {
        b'{' => message.trim_end(),
        b' ' | b'\t' | b'\r' | b'\n' | 0xef => lenient::trim(message),
        _ => return None,
    };
    (message.starts_with('{') && message.ends_with('}'))
        .then(|| json::parse(message))
        .flatten()
}

/// The JSON object at the end of a line, and whether its message is the whole content of the line, because only a
/// logger's time and level precede it. After other words it is only used if it is an error, or a log record in itself;
/// a line with a level keeps its text and gets the object's fields.
fn after_prefix(parsed: &text::Line<'_>) -> Option<(json::Fields, bool)> {
    let message = parsed.message.strip_suffix('}').map(|_| parsed.message)?;
    let at = memchr::memchr(b'{', message.as_bytes()).filter(|at| (1..=LONGEST_PREFIX).contains(at))?;
    let (prefix, object) = message.split_at(at);
    if object.len() > LONGEST_OBJECT || !object[1..].trim_start().starts_with('"') {
        return None;
    }
    if level::is_prefix(prefix) {
        return json::parse_below(object, parsed.severity).map(|fields| (fields, true));
    }
    let has_level = parsed.is_bare && parsed.severity != Severity::Unspecified;
    let may_count = has_level
        || ["\"error", "\"level", "\"severity"]
            .iter()
            .any(|name| object.contains(name));
    let fields = may_count
        .then(|| json::parse_below(object, parsed.severity))
        .flatten()?;
    let is_record = fields.severity != Severity::Unspecified && fields.message.is_some() && fields.time.is_some();
    let is_error = fields.is_report && fields.exception.kind.is_some();
    (has_level || is_record || is_error).then_some((fields, false))
}

fn from_message(origin: Origin, observed: u64, parsed: &text::Line<'_>, is_plain: bool) -> Log {
    let mut log = empty(origin, observed);
    if is_plain {
        log.body = parsed.message.to_owned();
        log.severity = parsed.severity;
        return log;
    }
    log.body = match parsed.message.contains('\r') {
        // Outside managed runtimes a record's inner line breaks are written as carriage returns.
        true => parsed.message.replace("\r\n", "\n").replace('\r', "\n"),
        false => parsed.message.to_owned(),
    };
    log.severity = parsed.severity;
    if let Some(mut exception) = exception::find(&log.body) {
        exception.escaped |= parsed.may_be_uncaught && exception::is_python_report(&log.body);
        log.severity = severity_with(parsed.severity, &exception);
        exception.push(&mut log.attributes);
    }
    log
}

/// The severity of a record that reports an error but has no level.
fn severity_with(severity: Severity, exception: &Exception) -> Severity {
    match severity {
        Severity::Unspecified if exception.fatal => Severity::Fatal,
        Severity::Unspecified => Severity::Error,
        severity => severity,
    }
}

fn from_fields(origin: Origin, observed: u64, mut fields: json::Fields, source: &str, outer: Severity) -> Log {
    let text = fields.message.as_deref().filter(|_| !fields.is_object);
    if let Some(inner) = text.and_then(structured) {
        fields.absorb(inner);
    }
    let mut exception = fields.exception;
    if exception.stack.is_none() && !fields.is_object {
        // Loggers without a field for it write the stack trace into the message.
        let found = fields.message.as_deref().and_then(exception::find);
        exception = exception.or(found.unwrap_or_default());
    }
    if let Some(stack) = exception.stack.clone().filter(|_| exception.kind.is_none()) {
        exception = exception.or(exception::of_trace(&stack));
    }
    let severity = match fields.severity {
        Severity::Unspecified => outer,
        severity => severity,
    };
    let is_error = exception.kind.is_some() || exception.stack.is_some();
    let mut log = Log {
        time: fields.time.unwrap_or(observed),
        severity: if is_error {
            severity_with(severity, &exception)
        } else {
            severity
        },
        body: fields.message.unwrap_or_else(|| source.to_owned()),
        attributes: unique(fields.attributes),
        request_id: fields.request_id.as_deref().map(Rc::from),
        request_id_field: fields.request_id_field.map(Cow::Owned),
        trace_id: fields.trace_id,
        span_id: fields.span_id,
        ..empty(origin, observed)
    };
    exception.push(&mut log.attributes);
    log
}

/// A record without content.
pub fn empty(origin: Origin, observed: u64) -> Log {
    Log {
        time: observed,
        observed,
        arrived: observed,
        severity: Severity::Unspecified,
        body: String::new(),
        attributes: Attributes::new(),
        origin,
        request_id: None,
        request_id_field: None,
        trace_id: None,
        span_id: None,
        stamped: false,
    }
}

#[cfg(test)]
mod tests;
