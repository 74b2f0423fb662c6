//! What triggered an invocation, and what that says for its span: the same as the tracing layers for Node.js and Python find
//! in the function's process (`layers/node/core`, `layers/python`); the three replay the same cases. Pure, and nothing here
//! fails, whatever the event.

mod carrier;
mod http;
mod json;
mod messages;
mod origin;
mod others;
mod response;

use crate::invocation::{Begun, ResponseFormat};
use crate::record::{Attributes, SpanKind, Value};
use carrier::Carrier;
use origin::Message;

pub use response::{failure, response};

/// What Lambda says of an invocation beside its event.
#[derive(Debug, Clone, Default)]
pub struct Heading {
    /// Its id.
    pub request_id: String,
    /// The trace header.
    pub trace: String,
    /// The client context, in JSON.
    pub client_context: String,
}

/// What was found in an event.
struct Found<'v> {
    name: &'static str,
    faas: &'static str,
    kind: SpanKind,
    span_name: Option<String>,
    attributes: Attributes,
    messages: Vec<Message<'v>>,
    format: Option<ResponseFormat>,
}

impl<'v> Found<'v> {
    fn new(name: &'static str, faas: &'static str, kind: SpanKind) -> Self {
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

    fn named(self, span_name: Option<String>) -> Self {
        Found { span_name, ..self }
    }

    /// Adds an attribute if there is a value.
    fn with(mut self, name: &'static str, value: Option<impl Into<Value>>) -> Self {
        self.attributes.extend(value.map(|value| (name.into(), value.into())));
        self
    }

    /// One message without attributes of its own.
    fn carried(self, carriers: Vec<Carrier<'v>>) -> Self {
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

/// What an event says of its invocation. `event` is its beginning, of `bytes` in all; `now` is in nanoseconds since the Unix
/// epoch.
pub fn begun(heading: &Heading, event: &[u8], bytes: u64, now: u64) -> Begun {
    let event = json::beginning(event);
    let client_context = json::beginning(heading.client_context.as_bytes());
    let found = messages::find(&event)
        .or_else(|| http::find(&event))
        .or_else(|| others::find(&event))
        .unwrap_or_else(|| others::direct(&event));
    Begun {
        request_id: heading.request_id.clone(),
        trigger: found.name,
        faas: found.faas,
        kind: found.kind,
        span_name: found.span_name,
        attributes: found.attributes,
        origin: origin::origin(found.messages, &client_context, &heading.trace, now),
        format: found.format,
        bytes,
    }
}

/// The last part of an ARN: `orders` of `arn:aws:sqs:eu-central-1:123456789012:orders`.
fn arn_name(arn: Option<&str>) -> Option<&str> {
    let name = arn?.splitn(6, ':').nth(5)?;
    (!name.is_empty()).then_some(name)
}

/// What stands after the first slash of an ARN's last part: `orders` of `…:stream/orders`; without a slash all of it.
fn arn_resource(arn: Option<&str>) -> Option<&str> {
    let name = arn_name(arn)?;
    Some(name.split('/').nth(1).unwrap_or(name))
}

#[cfg(test)]
mod tests;
