//! What the runtime API proxy read of an invocation, on its span.

use super::reason::Reason;
use crate::invocation::{Answered, Begun, Invocation};
use crate::record::{Attributes, Span, SpanEvent, SpanLink, SpanStatus, Value};

/// Messages of a batch whose failure is an event of the span, at most.
const MOST_FAILURES: usize = 100;

/// HTTP status codes from here on are errors of a server.
const SERVER_ERROR: u16 = 500;

/// Who called an invocation.
#[derive(Default)]
pub struct Caller {
    /// The span above, in the invocation's trace.
    pub parent: Option<[u8; 8]>,
    /// X-Ray's span above, which is not where this function's spans go.
    pub xray: Option<[u8; 8]>,
    /// Spans of other traces.
    pub links: Vec<SpanLink>,
}

/// Who called, by the event; else by Lambda's trace header. `start` is when the invocation began.
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
    // Lines may have left in another trace, before the event was read.
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

/// The error that the runtime reported at the end `at`.
pub fn reason(invocation: &Invocation, at: u64) -> Option<Reason> {
    let failure = invocation.proxied.as_ref()?.answered.as_ref()?.failure.as_ref()?;
    Some(Reason::of_runtime(
        &failure.kind,
        &failure.message,
        failure.stack.as_deref(),
        at,
    ))
}

/// Adds to an invocation's span what its event and its response say.
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
