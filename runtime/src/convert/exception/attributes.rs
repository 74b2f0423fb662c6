//! An error as OpenTelemetry's `exception.*` attributes.

use crate::convert::headline::Headline;
use crate::record::{Attributes, Value};

/// An error that a record reports.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exception {
    /// Its type.
    pub kind: Option<String>,
    /// Its message.
    pub message: Option<String>,
    /// Its stack trace.
    pub stack: Option<String>,
    /// It was not caught.
    pub escaped: bool,
    /// It ends the process.
    pub fatal: bool,
}

impl Exception {
    /// Combines a headline and a stack trace.
    pub fn of(headline: Option<Headline<'_>>, stack: &str) -> Self {
        let part = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        Exception {
            kind: headline.and_then(|found| part(found.kind)),
            message: headline.and_then(|found| part(found.message)),
            stack: Some(stack.to_owned()),
            ..Exception::default()
        }
    }

    /// Whether nothing is known about it.
    pub fn is_empty(&self) -> bool {
        self.kind.is_none() && self.message.is_none() && self.stack.is_none()
    }

    /// Adds missing parts from another report of the same error.
    pub fn or(self, other: Exception) -> Exception {
        Exception {
            kind: self.kind.or(other.kind),
            message: self.message.or(other.message),
            stack: self.stack.or(other.stack),
            escaped: self.escaped || other.escaped,
            fatal: self.fatal || other.fatal,
        }
    }

    /// Adds the attributes of OpenTelemetry's conventions for exceptions in logs.
    pub fn push(self, attributes: &mut Attributes) {
        let named = [
            ("exception.type", self.kind),
            ("exception.message", self.message),
            ("exception.stacktrace", self.stack),
        ];
        for (name, value) in named {
            // The application's own field of that name takes precedence.
            let is_known = attributes.iter().any(|(key, _)| key == name);
            if let Some(value) = value.filter(|_| !is_known) {
                attributes.push((name.into(), Value::String(value)));
            }
        }
        if self.escaped && attributes.iter().all(|(key, _)| key != "exception.escaped") {
            attributes.push(("exception.escaped".into(), Value::Bool(true)));
        }
    }
}
