//! Collects the fields of a JSON log record.

use std::borrow::Cow;

use serde_json::value::RawValue;

use super::template;
use super::values::*;
use crate::convert::exception::Exception;
use crate::convert::level::table::Scale;
use crate::convert::roles::{self, Role};
use crate::convert::syntax::ansi;
use crate::record::{Attributes, Severity, Value};

/// The contents of a JSON log record.
#[derive(Debug, Default, PartialEq)]
pub struct Fields {
    /// Its own time, nanoseconds since the Unix epoch.
    pub time: Option<u64>,
    /// The request id that it names.
    pub request_id: Option<String>,
    /// The field that names it.
    pub request_id_field: Option<String>,
    /// Its level.
    pub severity: Severity,
    /// Its message; `None` if it has no such text.
    pub message: Option<String>,
    /// Trace and span id that it names.
    pub trace_id: Option<[u8; 16]>,
    /// Span id that it names.
    pub span_id: Option<[u8; 8]>,
    /// Every other field, typed.
    pub attributes: Attributes,
    /// The message is an object, whose fields are already among the attributes.
    pub is_object: bool,
    /// The error that it reports, whose attributes are not yet among the others.
    pub exception: Exception,
    /// The record only reports an error.
    pub is_report: bool,
    pub(super) message_rank: u8,
    pub(super) message_key: Option<String>,
    pub(super) template: Option<String>,
    /// Names and values of fields that belong to the error only if the record is severe.
    pub(super) suspects: Vec<(String, String)>,
    pub(super) is_verbose: bool,
    pub(super) is_loguru: bool,
    /// The level of the line that contains the object.
    pub(super) outer: Severity,
    /// The message is an error that was logged.
    pub(super) is_object_error: bool,
    /// Another field shows that a logger wrote the record.
    pub(super) is_logged: bool,
}

impl Fields {
    /// Merges the record's message if it is itself a record: its level and fields are used, its request id becomes a
    /// field, since the outer one is the runtime's.
    pub fn absorb(&mut self, inner: Fields) {
        if inner.severity != Severity::Unspecified {
            self.severity = inner.severity;
        }
        self.message = inner.message.or(self.message.take());
        self.trace_id = inner.trace_id.or(self.trace_id);
        self.span_id = inner.span_id.or(self.span_id);
        self.exception = std::mem::take(&mut self.exception).or(inner.exception);
        self.attributes.extend(inner.attributes);
        if let Some(id) = inner.request_id {
            let field = inner.request_id_field.map_or(Cow::Borrowed("requestId"), Cow::Owned);
            self.attributes.push((field, Value::from(id)));
        }
    }

    pub(super) fn take(&mut self, key: Cow<'_, str>, raw: &RawValue) {
        if !self.take_known(&key, raw.get()) {
            self.keep(key.into_owned(), raw);
        }
    }

    pub(super) fn keep(&mut self, key: String, raw: &RawValue) {
        let key = match &*key {
            // The extension itself uses these two names.
            "type" | "faas.invocation_id" => format!("app.{key}"),
            _ => key,
        };
        self.attributes.push((Cow::Owned(key), value_of(raw)));
    }

    /// Handles a field with a known meaning; returns false if its value does not have the matching type.
    pub(super) fn take_known(&mut self, key: &str, raw: &str) -> bool {
        let Some((role, rank, scale)) = roles::role(key) else {
            return false;
        };
        match role {
            Role::Time => set(&mut self.time, time_of(raw)),
            Role::Level => self.take_level(key, scale, raw),
            Role::Message => self.take_message(key, rank, raw),
            Role::Template => {
                self.template = self.template.take().or_else(|| text_of(raw));
                false
            }
            Role::RequestId | Role::RequestIdUnverified if text_of(raw).is_some_and(|id| is_no_request_id(&id)) => true,
            Role::RequestId | Role::RequestIdUnverified => {
                let taken = set(&mut self.request_id, request_id_of(raw));
                if taken {
                    self.request_id_field = Some(key.to_owned());
                }
                taken
            }
            Role::TraceId => set(&mut self.trace_id, id_of(raw)),
            Role::SpanId => set(&mut self.span_id, id_of(raw)),
            Role::ErrorType => {
                // Powertools for Python repeats the class beside its traceback.
                let again = self
                    .exception
                    .kind
                    .as_ref()
                    .zip(text_of(raw))
                    .is_some_and(|(kind, name)| kind.ends_with(&name));
                again || set(&mut self.exception.kind, text_of(raw))
            }
            Role::ErrorMessage => set(&mut self.exception.message, text_of(raw)),
            Role::ErrorStack => self.take_stack(raw),
            Role::Error => self.take_error(key, raw),
            Role::Context => self.look_into(key, raw),
            Role::Fields | Role::Properties | Role::Loguru => self.take_nested(role, raw),
        }
    }

    pub(super) fn take_level(&mut self, key: &str, scale: Option<Scale>, raw: &str) -> bool {
        let nested = raw.starts_with('{').then(|| level_within(raw)).flatten();
        let severity = nested.or_else(|| severity_of(raw, scale, false));
        // A small number is a level only if the record has a message, which is not known before the end of the record.
        let Some(severity) = severity else {
            let is_digit = raw.trim_matches('"').len() == 1;
            if is_digit && severity_of(raw, scale, true).is_some() {
                self.suspects.push((key.to_owned(), raw.to_owned()));
                return true;
            }
            return false;
        };
        let counts = self.severity == Severity::Unspecified;
        if counts {
            self.is_verbose = raw == "\"Verbose\"";
            self.severity = severity;
        }
        counts
    }

    pub(super) fn take_message(&mut self, key: &str, rank: u8, raw: &str) -> bool {
        let is_usual = matches!(key, "message" | "msg" | "Message" | "@message");
        if raw.starts_with('{') {
            return match key {
                "log" => {
                    self.look_into(key, raw);
                    false
                }
                _ => is_usual && self.message.is_none() && self.take_object(raw),
            };
        }
        if !is_usual && !raw.starts_with('"') {
            return false;
        }
        if self.message.is_some() && self.message_rank <= rank {
            return false;
        }
        let text = match raw {
            "null" => String::new(),
            _ => ansi::strip_owned(text_of(raw).unwrap_or_else(|| raw.to_owned())),
        };
        if let Some(before) = self.message.replace(text) {
            let key = self.message_key.take().unwrap_or_else(|| "msg".to_owned());
            self.attributes.push((Cow::Owned(key), Value::String(before)));
        }
        self.message_key = (!is_usual).then(|| key.to_owned());
        self.message_rank = rank;
        true
    }

    pub(super) fn finish(mut self) -> Self {
        for (key, raw) in std::mem::take(&mut self.suspects) {
            self.decide(&key, &raw);
        }
        if self.is_verbose && self.template.is_some() {
            self.severity = Severity::Trace;
        }
        if self.is_loguru {
            self.take_text();
        }
        if self.message.is_none() {
            self.message = self
                .template
                .as_ref()
                .map(|text| template::render(text, &self.attributes));
        }
        if self.message.is_none() && self.is_object_error {
            self.message = self.error_line();
        }
        if self.message.is_none() {
            self.message = self.error_line();
            self.is_report = self.message.is_some();
            // Runtimes report a handler's exception in this form.
            self.exception.escaped |= self.exception.kind.is_some();
        }
        self
    }

    pub(super) fn error_line(&self) -> Option<String> {
        match (&self.exception.kind, &self.exception.message) {
            (Some(kind), Some(text)) => Some(format!("{kind}: {text}")),
            (kind, text) => kind.as_ref().or(text.as_ref()).cloned(),
        }
    }

    /// A field whose meaning depends on the rest of the record.
    pub(super) fn decide(&mut self, key: &str, raw: &str) {
        if let Some((Role::Level, _, scale)) = roles::role(key) {
            let severity = severity_of(raw, scale, self.message.is_some());
            if let Some(severity) = severity.filter(|_| self.severity == Severity::Unspecified) {
                self.severity = severity;
                return;
            }
        } else if self.severity.max(self.outer) >= Severity::Warn || self.exception.stack.is_some() {
            let text = text_of(raw).filter(|text| !text.is_empty());
            if set(&mut self.exception.message, text) {
                return;
            }
        }
        let value = serde_json::from_str(raw).unwrap_or_else(|_| Value::from(raw));
        self.attributes.push((Cow::Owned(key.to_owned()), value));
    }
}

pub(super) fn set<T>(field: &mut Option<T>, value: Option<T>) -> bool {
    let taken = value.is_some() && field.is_none();
    if taken {
        *field = value;
    }
    taken
}
