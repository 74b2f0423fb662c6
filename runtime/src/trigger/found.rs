//! The information found in an event.

use super::carrier::Carrier;
use super::origin::Message;
use crate::invocation::ResponseFormat;
use crate::record::{Attributes, SpanKind, Value};

/// The information found in an event.
pub struct Found<'v> {
    /// `aws.lambda.trigger`.
    pub name: &'static str,
    /// `faas.trigger`.
    pub faas: &'static str,
    /// Kind of the span.
    pub kind: SpanKind,
    /// Name of the span, unless that is the function's.
    pub span_name: Option<String>,
    /// Its attributes.
    pub attributes: Attributes,
    /// The request, or each message of a batch.
    pub messages: Vec<Message<'v>>,
    /// The response format of HTTP triggers.
    pub format: Option<ResponseFormat>,
}

impl<'v> Found<'v> {
    /// A trigger of this name, `faas.trigger` and kind of span.
    pub fn new(name: &'static str, faas: &'static str, kind: SpanKind) -> Self {
        Found {
            name,
            faas,
            kind,
            span_name: None,
            attributes: Attributes::new(),
            messages: Vec::new(),
            format: None,
        }
    }

    /// Sets the name of the span.
    pub fn named(self, span_name: Option<String>) -> Self {
        Found { span_name, ..self }
    }

    /// Adds an attribute if there is a value.
    pub fn with(mut self, name: &'static str, value: Option<impl Into<Value>>) -> Self {
        self.attributes.extend(value.map(|value| (name.into(), value.into())));
        self
    }

    /// Adds one message without its own attributes.
    pub fn carried(self, carriers: Vec<Carrier<'v>>) -> Self {
        let message = Message {
            carriers,
            ..Message::default()
        };
        Found {
            messages: vec![message],
            ..self
        }
    }
}
