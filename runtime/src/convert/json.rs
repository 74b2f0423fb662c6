//! JSON log records: Lambda's JSON log format, and what the usual structured loggers print.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::exception::{self, Stack};
use super::object::Object;
use crate::invocation::hex;
use crate::record::{Attributes, Severity, TraceContext, Value};
use crate::timestamp;

/// What a JSON log record says.
#[derive(Debug, Default, PartialEq)]
pub struct Fields {
    /// Its own time, nanoseconds since the Unix epoch.
    pub time: Option<u64>,
    /// The request id that it names.
    pub request_id: Option<String>,
    /// The id is from a field that applications use for their own requests too.
    pub claimed: bool,
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
    error_type: Option<String>,
    error_message: Option<String>,
    stack: Option<String>,
}

impl Fields {
    /// The place in a trace that the record names.
    pub fn context(&self) -> Option<TraceContext> {
        Some(TraceContext {
            trace_id: self.trace_id?,
            span_id: self.span_id?,
        })
    }

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
            "requestId" => {
                let taken = set(&mut self.request_id, request_id_of(raw));
                self.claimed |= taken;
                taken
            }
            "AWSRequestId" | "aws_request_id" | "function_request_id" => set(&mut self.request_id, request_id_of(raw)),
            "message" | "msg" if self.message.is_none() => self.take_message(raw),
            "errorType" => set(&mut self.error_type, text_of(raw)),
            "errorMessage" => set(&mut self.error_message, text_of(raw)),
            "stackTrace" | "stack" => set(&mut self.stack, serde_json::from_str(raw).ok().map(Stack::into_text)),
            "trace_id" | "traceId" | "TraceId" => set(&mut self.trace_id, text_of(raw).and_then(|id| hex(&id))),
            "span_id" | "spanId" | "SpanId" => set(&mut self.span_id, text_of(raw).and_then(|id| hex(&id))),
            _ => false,
        }
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

/// Keeps a value's type; nested too deeply to be read, it stays JSON text.
fn value_of(raw: &RawValue) -> Value {
    serde_json::from_str(raw.get()).unwrap_or_else(|_| Value::from(raw.get()))
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

/// `-` is what Node.js writes while it initialises.
fn request_id_of(raw: &str) -> Option<String> {
    text_of(raw).filter(|id| !matches!(id.as_str(), "" | "-" | "undefined") && id.len() <= 64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn attribute<'a>(fields: &'a Fields, name: &str) -> Option<&'a Value> {
        fields
            .attributes
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value)
    }

    #[test]
    fn lambda_json_lines() {
        let fields = parse(
            r#"{"timestamp":"2026-11-23T16:03:31Z","level":"WARNING","message":"two\nlines","logger":"root","requestId":"r-1","k":1}"#,
        )
        .unwrap();
        assert_eq!(fields.time, timestamp::parse("2026-11-23T16:03:31Z"));
        assert_eq!(fields.severity, Severity::Warn);
        assert_eq!(fields.request_id.as_deref(), Some("r-1"));
        assert_eq!(fields.message.as_deref(), Some("two\nlines"));
        assert_eq!(
            fields.attributes,
            [("logger".into(), Value::from("root")), ("k".into(), Value::Int(1))]
        );
    }

    #[test]
    fn errors_become_exceptions() {
        let fields = parse(
            r#"{"level":"ERROR","errorMessage":"handler failed","errorType":"TypeError","requestId":"r","stackTrace":["  File \"a\"\n","  File \"b\"\n"]}"#,
        )
        .unwrap();
        assert_eq!(fields.message.as_deref(), Some("TypeError: handler failed"));
        assert_eq!(attribute(&fields, "exception.type"), Some(&Value::from("TypeError")));
        assert_eq!(
            attribute(&fields, "exception.stacktrace"),
            Some(&Value::from("  File \"a\"\n  File \"b\""))
        );
        let nested = parse(
            r#"{"level":"WARN","message":{"errorType":"Error","errorMessage":"logged","stackTrace":["Error: logged"],"code":"E1"}}"#,
        )
        .unwrap();
        assert_eq!(nested.message.as_deref(), Some("Error: logged"));
        assert_eq!(attribute(&nested, "code"), Some(&Value::from("E1")));
        assert_eq!(attribute(&nested, "exception.message"), Some(&Value::from("logged")));
    }

    #[test]
    fn logged_objects_keep_their_fields() {
        let fields = parse(r#"{"level":"INFO","message":{"order":7,"ok":true}}"#).unwrap();
        assert_eq!(fields.message.as_deref(), Some(r#"{"order":7,"ok":true}"#));
        assert_eq!(attribute(&fields, "order"), Some(&Value::Int(7)));
    }

    #[test]
    fn other_loggers() {
        let pino = parse(r#"{"level":50,"time":1763913811064,"msg":"hi","pid":1,"type":"x"}"#).unwrap();
        assert_eq!((pino.severity, pino.message.as_deref()), (Severity::Error, Some("hi")));
        assert_eq!(pino.time, Some(1_763_913_811_064_000_000));
        assert_eq!(attribute(&pino, "app.type"), Some(&Value::from("x")));
        let traced =
            parse(r#"{"trace_id":"5759e988bd862e3fe1be46a994272793","span_id":"53995c3f42cd8ad8","message":3}"#)
                .unwrap();
        assert!(traced.context().is_some());
        assert_eq!(traced.message.as_deref(), Some("3"));
    }

    #[test]
    fn fields_of_another_kind_stay_attributes() {
        let fields = parse(r#"{"level":{"a":1},"timestamp":"soon","requestId":5,"trace_id":"none"}"#).unwrap();
        assert_eq!(fields.attributes.len(), 4);
        assert_eq!(fields.message, None);
    }

    #[test]
    fn only_objects_are_records() {
        for json in ["[1]", "\"text\"", "{\"a\":", "{a}", ""] {
            assert_eq!(parse(json), None, "{json}");
        }
        let deep = format!("{{\"a\":{}1{}}}", "[".repeat(500), "]".repeat(500));
        assert!(parse(&deep).is_none_or(|fields| matches!(fields.attributes[0].1, Value::String(_))));
    }

    proptest! {
        #[test]
        fn never_panics(text in "\\{.{0,80}\\}") {
            let _ = parse(&text);
        }

        #[test]
        fn every_field_is_kept(keys in prop::collection::btree_set("[a-z]{1,8}", 0..8), number in any::<i64>()) {
            let object: serde_json::Map<String, serde_json::Value> =
                keys.iter().map(|key| (format!("x{key}"), number.into())).collect();
            let fields = parse(&serde_json::Value::Object(object).to_string()).unwrap();
            prop_assert_eq!(fields.attributes.len(), keys.len());
            prop_assert!(fields.attributes.iter().all(|(_, value)| *value == Value::Int(number)));
        }
    }
}
