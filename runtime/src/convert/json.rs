//! JSON log records: Lambda's JSON log format, and what the usual structured loggers print.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::exception::{self, Stack};
use super::object::Object;
use crate::invocation::hex;
use crate::record::{Attributes, Severity, Value};
use crate::timestamp;

/// Objects and lists are read into typed values up to this depth
const DEEPEST: usize = 16;
/// and this length in bytes.
const LONGEST_NESTED: usize = 32 * 1024;

/// Whole numbers with fewer digits fit into 64 bits.
const LONG_NUMBER: usize = 19;

/// What a JSON log record says.
#[derive(Debug, Default, PartialEq)]
pub struct Fields {
    /// Its own time, nanoseconds since the Unix epoch.
    pub time: Option<u64>,
    /// The request id that it names.
    pub request_id: Option<String>,
    /// The field that names it.
    pub request_id_field: Option<&'static str>,
    /// Its level.
    pub severity: Severity,
    /// Its message; none if it has no text of that kind.
    pub message: Option<String>,
    /// Trace and span id that it names.
    pub trace_id: Option<[u8; 16]>,
    /// Span id that it names.
    pub span_id: Option<[u8; 8]>,
    /// Every other field, typed.
    pub attributes: Attributes,
    /// The message is an object, whose fields are among the attributes already.
    pub is_object: bool,
    error_type: Option<String>,
    error_message: Option<String>,
    stack: Option<String>,
}

impl Fields {
    /// Takes in what the record's message says, if that is a record again: its level and fields count, its request id is
    /// a field, since the outer one is the runtime's.
    pub fn absorb(&mut self, inner: Fields) {
        if inner.severity != Severity::Unspecified {
            self.severity = inner.severity;
        }
        self.message = inner.message.or(self.message.take());
        self.trace_id = inner.trace_id.or(self.trace_id);
        self.span_id = inner.span_id.or(self.span_id);
        self.attributes.extend(inner.attributes);
        if let Some(id) = inner.request_id {
            self.attributes.push((Cow::Borrowed("requestId"), Value::from(id)));
        }
    }

    fn take(&mut self, key: Cow<'_, str>, raw: &RawValue) {
        if !self.take_known(&key, raw.get()) {
            let value = value_of(raw);
            // These two names are the extension's own.
            let key = match &*key {
                "type" | "faas.invocation_id" => format!("app.{key}"),
                _ => key.into_owned(),
            };
            self.attributes.push((Cow::Owned(key), value));
        }
    }

    /// Takes a field of known meaning; false if its value isn't of the kind that the meaning needs.
    fn take_known(&mut self, key: &str, raw: &str) -> bool {
        match key {
            "timestamp" | "time" | "ts" | "@timestamp" => set(&mut self.time, time_of(raw)),
            "level" | "severity" | "log.level" if self.severity == Severity::Unspecified => {
                self.severity = severity_of(raw).unwrap_or_default();
                self.severity != Severity::Unspecified
            }
            "requestId" | "AWSRequestId" if text_of(raw).is_some_and(|id| is_no_request_id(&id)) => true,
            "requestId" => self.take_request_id("requestId", raw),
            "AWSRequestId" => self.take_request_id("AWSRequestId", raw),
            "aws_request_id" => self.take_request_id("aws_request_id", raw),
            "function_request_id" => self.take_request_id("function_request_id", raw),
            "message" | "msg" if self.message.is_none() => self.take_message(raw),
            "errorType" => set(&mut self.error_type, text_of(raw)),
            "errorMessage" => set(&mut self.error_message, text_of(raw)),
            "stackTrace" | "stack" => set(&mut self.stack, serde_json::from_str(raw).ok().map(Stack::into_text)),
            "trace_id" | "traceId" | "TraceId" => set(&mut self.trace_id, text_of(raw).and_then(|id| hex(&id))),
            "span_id" | "spanId" | "SpanId" => set(&mut self.span_id, text_of(raw).and_then(|id| hex(&id))),
            _ => false,
        }
    }

    fn take_request_id(&mut self, field: &'static str, raw: &str) -> bool {
        let taken = set(&mut self.request_id, request_id_of(raw));
        if taken {
            self.request_id_field = Some(field);
        }
        taken
    }

    fn take_message(&mut self, raw: &str) -> bool {
        if !raw.starts_with('{') {
            self.message = Some(text_of(raw).unwrap_or_else(|| raw.to_owned()));
            return true;
        }
        // A logged object: its fields are the record's, an error among them.
        let Ok(Object(entries)) = serde_json::from_str::<Object>(raw) else {
            return false;
        };
        for (key, value) in entries {
            match &*key {
                "errorType" | "errorMessage" | "stackTrace" if self.take_known(&key, value.get()) => {}
                _ => self.attributes.push((Cow::Owned(key.into_owned()), value_of(value))),
            }
        }
        if self.error_type.is_none() && self.error_message.is_none() {
            self.message = Some(raw.to_owned());
            self.is_object = true;
        }
        true
    }

    fn finish(mut self) -> Self {
        if self.message.is_none() {
            self.message = match (&self.error_type, &self.error_message) {
                (Some(kind), Some(text)) => Some(format!("{kind}: {text}")),
                (kind, text) => kind.as_ref().or(text.as_ref()).cloned(),
            };
        }
        let (kind, message, stack) = (self.error_type.take(), self.error_message.take(), self.stack.take());
        exception::push(&mut self.attributes, kind, message, stack);
        self
    }
}

/// Reads a JSON object as a log record; none for anything else.
pub fn parse(json: &str) -> Option<Fields> {
    let Object(entries) = serde_json::from_str(json).ok()?;
    let mut fields = Fields {
        attributes: Vec::with_capacity(entries.len()),
        ..Fields::default()
    };
    for (key, value) in entries {
        fields.take(key, value);
    }
    Some(fields.finish())
}

/// Keeps a value's type; nested too deeply, or too long to be anything but data, it stays JSON text.
fn value_of(raw: &RawValue) -> Value {
    let text = raw.get();
    if !text.starts_with(['{', '[']) {
        return scalar(text);
    }
    if text.len() > LONGEST_NESTED {
        return Value::from(text);
    }
    let (depth, most_digits) = shape(text);
    match depth > DEEPEST {
        true => Value::from(text),
        false if most_digits >= LONG_NUMBER => part_by_part(raw),
        false => serde_json::from_str(text).unwrap_or_else(|_| part_by_part(raw)),
    }
}

/// A number, a text, a word. A whole number that 64 bits can't hold keeps its digits as a string: as a double it would be
/// another number, and ids are such (unsigned 64-bit ones of databases, Discord's and X's, 128-bit ones in decimal).
fn scalar(text: &str) -> Value {
    let is_long = text.len() >= LONG_NUMBER && text.trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit());
    if is_long && text.parse::<i64>().is_err() {
        return Value::from(text);
    }
    serde_json::from_str(text).unwrap_or_else(|_| Value::from(text))
}

/// The same as reading it at once, which would make doubles of long numbers, but slower.
fn part_by_part(raw: &RawValue) -> Value {
    let text = raw.get();
    match text.as_bytes().first() {
        Some(b'{') => serde_json::from_str::<Object>(text).map_or_else(
            |_| Value::from(text),
            |Object(entries)| {
                let entries = entries.into_iter();
                Value::Map(
                    entries
                        .map(|(key, value)| (key.into_owned(), part_by_part(value)))
                        .collect(),
                )
            },
        ),
        Some(b'[') => serde_json::from_str::<Vec<&RawValue>>(text).map_or_else(
            |_| Value::from(text),
            |items| Value::Array(items.into_iter().map(part_by_part).collect()),
        ),
        _ => scalar(text),
    }
}

/// How deeply valid JSON is nested, and the most digits in a row outside of its texts.
fn shape(json: &str) -> (usize, usize) {
    let (mut depth, mut deepest, mut in_text, mut escaped) = (0_usize, 0, false, false);
    let (mut digits, mut most_digits) = (0, 0);
    for byte in json.bytes() {
        digits = match byte.is_ascii_digit() && !in_text {
            true => digits + 1,
            false => 0,
        };
        most_digits = digits.max(most_digits);
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b'}' | b']' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
    }
    (deepest, most_digits)
}

fn set<T>(field: &mut Option<T>, value: Option<T>) -> bool {
    let taken = value.is_some() && field.is_none();
    if taken {
        *field = value;
    }
    taken
}

fn text_of(raw: &str) -> Option<String> {
    serde_json::from_str(raw).ok()
}

fn time_of(raw: &str) -> Option<u64> {
    if let Ok(number) = raw.parse() {
        return timestamp::from_integer(number);
    }
    match raw.parse::<f64>() {
        Ok(number) => timestamp::from_number(number),
        Err(_) => timestamp::parse(&text_of(raw)?),
    }
}

fn severity_of(raw: &str) -> Option<Severity> {
    match raw.parse::<i64>() {
        Ok(number) => Severity::from_number(number),
        Err(_) => Severity::from_name(&text_of(raw)?),
    }
}

fn request_id_of(raw: &str) -> Option<String> {
    text_of(raw).filter(|id| !is_no_request_id(id) && id.len() <= 64)
}

/// What runtimes write while they initialise.
fn is_no_request_id(id: &str) -> bool {
    matches!(id, "" | "-" | "undefined")
}

#[cfg(test)]
#[path = "json_tests.rs"]
mod tests;
