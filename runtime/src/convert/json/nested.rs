//! Objects in fields of JSON log records: errors, logged objects, contexts, a logger's own record.

use std::borrow::Cow;

use super::fields::{Fields, set};
use super::values::*;
use crate::convert::exception::{self, serialized};
use crate::convert::roles::{self, Role};
use crate::convert::syntax::ansi;
use crate::convert::syntax::object::Object;
use crate::record::{Severity, Value};

impl Fields {
    pub(super) fn take_stack(&mut self, raw: &str) -> bool {
        if raw.starts_with('{') {
            // Powertools for Python has the error as an object in addition to the trace as text.
            let Some(found) = serialized::read(raw) else {
                return false;
            };
            self.exception = std::mem::take(&mut self.exception).or(found.exception);
            return true;
        }
        set(&mut self.exception.stack, serialized::stack(raw).map(ansi::strip_owned))
    }

    /// A logged object: its fields are the record's, an error among them.
    pub(super) fn take_object(&mut self, raw: &str) -> bool {
        let Ok(Object(entries)) = serde_json::from_str::<Object>(raw) else {
            return false;
        };
        for (key, value) in entries {
            match &*key {
                "errorType" | "errorMessage" | "stackTrace" if self.take_known(&key, value.get()) => {}
                _ => self.attributes.push((Cow::Owned(key.into_owned()), value_of(value))),
            }
        }
        if self.exception.kind.is_none() && self.exception.message.is_none() {
            self.message = Some(raw.to_owned());
            self.is_object = true;
        } else {
            self.is_object_error = true;
        }
        true
    }

    pub(super) fn take_error(&mut self, key: &str, raw: &str) -> bool {
        let is_sure = !matches!(key, "error" | "err" | "Error" | "full_message");
        let Some(found) = serialized::read(raw) else {
            return false;
        };
        let is_trace = found.exception.stack.is_some() || found.exception.kind.is_some();
        if !is_trace && !raw.starts_with('{') && !is_sure || key == "full_message" && !is_trace {
            // Only text: `error: none` in a line that reports success is not an error.
            self.suspects.push((key.to_owned(), raw.to_owned()));
            return true;
        }
        self.exception = std::mem::take(&mut self.exception).or(found.exception);
        // loguru's object only says that there is a traceback.
        if !found.rest.is_empty() && !self.is_loguru {
            self.attributes
                .push((Cow::Owned(key.to_owned()), Value::Map(found.rest)));
        }
        true
    }

    /// Ids, level and error of an object that itself remains a field.
    pub(super) fn look_into(&mut self, owner: &str, raw: &str) -> bool {
        if let Ok(Object(entries)) = serde_json::from_str::<Object>(raw) {
            for (key, value) in entries {
                let value = value.get();
                let key = match (owner, &*key) {
                    ("trace" | "span", "id") => Cow::Owned(format!("{owner}.id")),
                    _ => key,
                };
                match roles::role(&key) {
                    Some((Role::Level, _, scale)) if self.severity == Severity::Unspecified => {
                        self.take_level(&key, scale, value);
                    }
                    Some((Role::TraceId | Role::SpanId | Role::RequestId, ..)) => {
                        self.take_known(&key, value);
                    }
                    Some((Role::Error, ..)) if value.starts_with('{') => {
                        let found = serialized::read(value).unwrap_or_default();
                        self.exception = std::mem::take(&mut self.exception).or(found.exception);
                    }
                    _ => {}
                }
            }
        }
        false
    }

    /// An object whose fields are the record's own.
    pub(super) fn take_nested(&mut self, role: Role, raw: &str) -> bool {
        let Ok(Object(entries)) = serde_json::from_str::<Object>(raw) else {
            return false;
        };
        let is_loguru = role == Role::Loguru;
        let known = |name: &str| entries.iter().any(|(key, _)| key == name);
        let is_own = match role {
            Role::Loguru => known("message") && known("level"),
            Role::Properties => self.template.is_some(),
            _ => known("message") || self.is_logged,
        };
        if !is_own {
            return false;
        }
        self.is_loguru |= is_loguru;
        for (key, value) in entries {
            match &*key {
                "time" if is_loguru => self.time = time_within(value.get()).or(self.time),
                "exception" if is_loguru && value.get() == "null" => {}
                "name" | "function" | "line" | "module" if is_loguru => self.keep(key.into_owned(), value),
                _ => self.take(key, value),
            }
        }
        true
    }

    /// loguru's `text` repeats the record as text: only its stack trace is new.
    pub(super) fn take_text(&mut self) {
        let Some(at) = self.attributes.iter().position(|(key, _)| key == "text") else {
            return;
        };
        let (_, text) = self.attributes.remove(at);
        let text = text.as_str().unwrap_or_default();
        if !self.exception.is_empty() {
            let found = exception::find(text).unwrap_or_default();
            self.exception = std::mem::take(&mut self.exception).or(found);
        }
    }
}

/// tslog numbers what was logged: the first is the message.
pub(super) fn tslog_name(key: Cow<'_, str>) -> Cow<'_, str> {
    match &*key {
        "0" => "msg".into(),
        _ => key,
    }
}

/// The fields of zap's development encoder.
pub(super) fn zap_name(key: Cow<'_, str>) -> Cow<'_, str> {
    match &*key {
        "L" => "level".into(),
        "T" => "ts".into(),
        "M" => "msg".into(),
        "N" => "logger".into(),
        "C" => "caller".into(),
        "S" => "stacktrace".into(),
        _ => key,
    }
}
