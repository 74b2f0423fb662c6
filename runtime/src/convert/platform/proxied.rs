//! Adds what the runtime API proxy read about an invocation to its span.

use super::reason::Reason;
use crate::invocation::{Answered, Begun, Invocation};
use crate::record::{Attributes, Span, SpanEvent, SpanLink, SpanStatus, Value};

/// The maximum number of failed messages of a batch that become events of the span.
const MOST_FAILURES: usize = 100;

/// HTTP status codes from here on are server errors.
const SERVER_ERROR: u16 = 500;

/// The caller of an invocation.
#[derive(Default)]
pub struct Caller {
    /// The parent span, in the invocation's trace.
    pub parent: Option<[u8; 8]>,
    /// X-Ray's parent span, which is not in this function's backend.
    pub xray: Option<[u8; 8]>,
    /// Spans of other traces.
    pub links: Vec<SpanLink>,
}

/// The caller according to the event, otherwise according to Lambda's trace header. `start` is when the invocation
/// began.
pub fn caller(invocation: &Invocation, start: u64) -> Caller {
    let begun = invocation.proxied.as_ref().and_then(|proxied| proxied.begun.as_ref());
    let Some(Begun { origin, .. }) = begun else {
        let parent = invocation.xray.and_then(|header| header.stored_parent(start));
        let xray = invocation.xray.and_then(|header| header.parent_span_id);
        return Caller {
            parent,
            xray: xray.filter(|_| parent.is_none()),
            links: Vec::new(),
        };
    };
    // Lines may have been sent with another trace, before the event was read.
    let is_same = origin
        .parent
        .is_some_and(|parent| parent.trace_id == invocation.own.trace_id);
    let beside = origin.parent.filter(|_| !is_same).map(SpanLink::from);
    Caller {
        parent: origin.parent.filter(|_| is_same).map(|parent| parent.span_id),
        xray: origin.xray_parent,
        links: beside.into_iter().chain(origin.links.iter().cloned()).collect(),
    }
}

/// The error that the runtime reported, with the end time `at`.
pub fn reason(invocation: &Invocation, at: u64) -> Option<Reason> {
    let failure = invocation.proxied.as_ref()?.answered.as_ref()?.failure.as_ref()?;
    Some(Reason::of_runtime(
        &failure.kind,
        &failure.message,
        failure.stack.as_deref(),
        at,
    ))
}

/// Adds attributes from the event and the response to an invocation's span.
pub fn complete(span: &mut Span, invocation: &Invocation) {
    let Some(proxied) = invocation.proxied.as_deref() else {
        return;
    };
    if let Some(begun) = &proxied.begun {
        span.kind = begun.kind;
        if let Some(name) = &begun.span_name {
            span.name.clone_from(name);
        }
        let more: Attributes = vec![
            ("faas.trigger".into(), Value::from(begun.faas)),
            ("aws.lambda.trigger".into(), Value::from(begun.trigger)),
            ("aws.lambda.event.size".into(), size(begun.bytes)),
        ];
        span.attributes.extend(more);
        span.attributes.extend(begun.attributes.iter().cloned());
    }
    if let Some(answered) = &proxied.answered {
        describe_answer(span, answered);
    }
    let Some(code) = proxied.status_code() else {
        return;
    };
    span.attributes
        .push(("http.response.status_code".into(), Value::Int(code.into())));
    if code >= SERVER_ERROR && span.status == SpanStatus::Unset {
        span.attributes
            .push(("error.type".into(), Value::from(code.to_string())));
        span.status = SpanStatus::Error(String::new());
    }
}

fn describe_answer(span: &mut Span, answered: &Answered) {
    span.attributes
        .push(("aws.lambda.response.size".into(), size(answered.bytes)));
    let failed = &answered.failed_items;
    if failed.is_empty() {
        return;
    }
    let count = i64::try_from(failed.len()).unwrap_or(i64::MAX);
    span.attributes
        .push(("aws.lambda.batch_item_failures".into(), Value::Int(count)));
    let event = |id: &String| SpanEvent {
        name: "batch item failure",
        time: span.end,
        attributes: vec![("messaging.message.id".into(), Value::from(id.as_str()))],
    };
    let events: Vec<SpanEvent> = failed.iter().take(MOST_FAILURES).map(event).collect();
    span.events.extend(events);
}

fn size(bytes: u64) -> Value {
    Value::Int(i64::try_from(bytes).unwrap_or(i64::MAX))
}
