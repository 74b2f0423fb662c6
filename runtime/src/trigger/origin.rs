//! The origin of an invocation: its parent span, or the spans that sent the messages of a batch.

use super::carrier::Carrier;
use super::json::at;
use crate::invocation::{Origin, XRay, hex};
use crate::record::{Attributes, SpanLink, TraceContext, Value};

/// Maximum number of links of a span.
const MOST_LINKS: usize = 128;

/// One message of an event, or the request that the event represents.
#[derive(Default)]
pub struct Message<'v> {
    /// Where its W3C context may be, in order of precedence.
    pub carriers: Vec<Carrier<'v>>,
    /// X-Ray's context of its sender.
    pub xray: Option<String>,
    /// Attributes of a link to its sender.
    pub attributes: Attributes,
}

/// With one message, its sender's span is the parent. With several, each sender's span is a link, and none is the
/// parent, as OpenTelemetry specifies for batches. W3C takes precedence over X-Ray, and the event over what Lambda
/// sends with the invocation, whose trace header is `header`. `now` is in nanoseconds since the Unix epoch.
pub fn origin(mut messages: Vec<Message<'_>>, client_context: &Value, header: &str, now: u64) -> Origin {
    if messages.len() > 1 {
        let links = messages.into_iter().filter_map(|message| link(message, now));
        return Origin {
            links: links.take(MOST_LINKS).collect(),
            ..of_xray([None, Some(header)], now)
        };
    }
    let mut message = messages.pop().unwrap_or_default();
    // `w3c` is Lambda's own field for it.
    let nested = ["w3c", "custom", "Custom", "env"].map(|name| Carrier::Fields(at(client_context, &[name])));
    message.carriers.extend(nested);
    message.carriers.push(Carrier::Fields(Some(client_context)));
    match context(&message.carriers) {
        Some(parent) => Origin {
            parent: Some(parent),
            ..Origin::default()
        },
        None => of_xray([message.xray.as_deref(), Some(header)], now),
    }
}

fn link(message: Message<'_>, now: u64) -> Option<SpanLink> {
    let xray = || {
        let header = XRay::parse(message.xray.as_deref()?)?;
        // Harmless if that span is not stored.
        let span_id = header.stored_parent(now).or(header.parent_span_id)?;
        Some(TraceContext {
            trace_id: header.trace_id,
            span_id,
        })
    };
    Some(SpanLink {
        context: context(&message.carriers).or_else(xray)?,
        attributes: message.attributes,
    })
}

fn of_xray(headers: [Option<&str>; 2], now: u64) -> Origin {
    let Some(header) = headers.into_iter().flatten().find_map(XRay::parse) else {
        return Origin::default();
    };
    let trace_id = Some(header.trace_id);
    match header.stored_parent(now) {
        Some(span_id) => Origin {
            parent: Some(TraceContext {
                trace_id: header.trace_id,
                span_id,
            }),
            ..Origin::default()
        },
        None => Origin {
            trace_id,
            xray_parent: header.parent_span_id,
            ..Origin::default()
        },
    }
}

/// The W3C context in one of the carriers.
fn context(carriers: &[Carrier<'_>]) -> Option<TraceContext> {
    let header = carriers.iter().find_map(|carrier| carrier.get("traceparent"))?;
    traceparent(&header)
}

/// Reads a `traceparent` of W3C Trace Context, level 2; `None` for an invalid one.
fn traceparent(header: &str) -> Option<TraceContext> {
    let mut parts = header.trim().split('-');
    let mut part = |digits: usize| {
        let part = parts.next()?;
        let valid = part.len() == digits && part.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        valid.then_some(part)
    };
    let (version, trace, span, _flags) = (part(2)?, part(32)?, part(16)?, part(2)?);
    if version == "ff" || (version == "00" && parts.next().is_some()) {
        return None;
    }
    Some(TraceContext {
        trace_id: hex(trace)?,
        span_id: hex(span)?,
    })
}
