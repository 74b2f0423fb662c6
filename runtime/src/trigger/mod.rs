//! Determines what triggered an invocation, and the resulting attributes of its span, exactly as the tracing layers for
//! Node.js and Python do in the function's process (`layers/node/core`, `layers/python`); all three replay the same
//! cases. Pure, and nothing here fails, whatever the event.

mod arn;
mod carrier;
mod found;
mod http;
mod json;
mod messages;
mod origin;
mod others;
mod response;

use crate::invocation::Begun;

pub use response::{failure, response};

/// What Lambda sends with an invocation besides its event.
#[derive(Debug, Clone, Default)]
pub struct Heading {
    /// Its id.
    pub request_id: String,
    /// The trace header.
    pub trace: String,
    /// The client context, in JSON.
    pub client_context: String,
}

/// The information in an event about its invocation. `event` is its beginning, of `bytes` in total; `now` is in
/// nanoseconds since the Unix epoch.
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

#[cfg(test)]
mod tests;
