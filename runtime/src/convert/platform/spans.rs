//! The invoke span, one for each invocation for which the function's own SDK sent no handler span, and the spans of the
//! phases that an invocation waited for.

use super::proxied;
use super::reason::Reason;
use crate::invocation::{Invocation, Outcome, Phase, hex_text};
use crate::lambda::telemetry::Status;
use crate::record::{Attributes, Span, SpanEvent, SpanKind, SpanLink, SpanStatus, TraceContext, Value};

/// Nanoseconds in a millisecond.
pub const NANOS_PER_MILLISECOND: f64 = 1e6;

/// Attribute for a parent in the trace header that belongs to X-Ray, or that was not recorded.
const XRAY_PARENT: &str = "aws.xray.parent_id";

/// Attribute for Lambda's own name of a failure, if the span has a more exact one.
const LAMBDA_ERROR: &str = "aws.lambda.error_type";

/// The extension's span for an ended invocation, named after the function. `reason` is what its lines report about a
/// failure. There is none if the SDK's handler span represents the invocation; but if lines were sent before that span
/// arrived, the span that they refer to is created as well, and belongs to it.
///
/// It is a root if the caller's span cannot be in the same backend: a parent that does not exist hides it from queries
/// for root spans. X-Ray's parent is kept as an attribute.
pub fn invoke_span(invocation: &Invocation, function_name: &str, reason: Option<Reason>) -> Option<Span> {
    let outcome = invocation.outcome.as_ref()?;
    let handler = invocation.standing();
    if handler.is_some() && !invocation.has_early_lines() {
        return None;
    }
    let (start, end) = times(invocation, outcome);
    if let Some(handler) = handler {
        return Some(early_lines_span(
            invocation,
            handler.context,
            function_name,
            (start, end),
        ));
    }
    let mut attributes: Attributes = vec![
        ("faas.invocation_id".into(), Value::from(&*invocation.request_id)),
        ("faas.coldstart".into(), Value::Bool(invocation.cold_start)),
    ];
    if let Some(arn) = &invocation.function_arn {
        attributes.push(("cloud.resource_id".into(), Value::from(arn.as_str())));
    }
    invocation.labels.complete(&mut attributes);
    let caller = proxied::caller(invocation, start);
    if let Some(xray) = caller.xray {
        attributes.push((XRAY_PARENT.into(), Value::String(hex_text(&xray))));
    }
    let lambdas = Reason::of_outcome(outcome);
    let reported = || proxied::reason(invocation, end).filter(|_| outcome.status == Status::Error);
    let reason = reason.or_else(reported).or(lambdas);
    let (status, events) = failure(reason, outcome.error_type.as_deref(), end, &mut attributes);
    let (above, beside): (Vec<TraceContext>, Vec<TraceContext>) = invocation
        .root
        .into_iter()
        .partition(|root| root.trace_id == invocation.own.trace_id);
    let mut span = Span {
        context: invocation.own,
        parent_span_id: above.first().map(|root| root.span_id).or(caller.parent),
        kind: SpanKind::Server,
        name: function_name.to_owned(),
        start,
        end,
        attributes,
        events,
        links: beside.into_iter().map(SpanLink::from).chain(caller.links).collect(),
        status,
    };
    proxied::complete(&mut span, invocation);
    Some(span)
}

/// When an ended invocation began and ended, as exactly as known.
fn times(invocation: &Invocation, outcome: &Outcome) -> (u64, u64) {
    let duration = outcome
        .duration_ms
        .map(|ms| (ms.max(0.0) * NANOS_PER_MILLISECOND) as u64);
    let start = match (invocation.began(), duration) {
        (0, Some(duration)) => outcome.at.saturating_sub(duration),
        (0, None) => outcome.at,
        (began, _) => began,
    };
    let end = duration.map_or(outcome.at, |duration| start.saturating_add(duration));
    (start, end.max(start))
}

/// The root of the durable execution that an invocation is part of. Only the function knows when an execution ends, so
/// it has no duration: it connects the invocations, which may be months apart and in different environments. AWS's
/// OpenTelemetry plugins for durable functions create such an anchor too, and send it again with each invocation.
pub fn execution_span(invocation: &Invocation, function_name: &str) -> Option<Span> {
    let root = invocation.root?;
    let start = invocation.began();
    let header = invocation.xray.filter(|header| header.trace_id == root.trace_id);
    let mut attributes: Attributes = vec![("durable.execution.synthetic_root".into(), Value::Bool(true))];
    invocation.labels.complete(&mut attributes);
    Some(Span {
        context: root,
        parent_span_id: header.and_then(|header| header.stored_parent(start)),
        kind: SpanKind::Internal,
        name: format!("{function_name} durable execution"),
        start,
        end: start,
        attributes,
        events: Vec::new(),
        links: Vec::new(),
        status: SpanStatus::Unset,
    })
}

/// The span for lines that were sent before the SDK's handler span: below that span if they are in one trace, and
/// always linked with it. It does not name the invocation, which would then be counted twice.
fn early_lines_span(
    invocation: &Invocation,
    handler: TraceContext,
    function_name: &str,
    (start, end): (u64, u64),
) -> Span {
    let same_trace = handler.trace_id == invocation.own.trace_id;
    let mut attributes = Attributes::new();
    invocation.labels.complete(&mut attributes);
    Span {
        context: invocation.own,
        parent_span_id: same_trace.then_some(handler.span_id),
        kind: SpanKind::Internal,
        name: function_name.to_owned(),
        start,
        end,
        attributes,
        events: Vec::new(),
        links: vec![handler.into()],
        status: SpanStatus::Unset,
    }
}

/// A span that the SDK started and that Lambda ended together with the function. Its name is not known.
pub fn unfinished_span(context: TraceContext, parent_span_id: Option<[u8; 8]>, (start, end): (u64, u64)) -> Span {
    let message = "the function was ended before this span ended".to_owned();
    Span {
        context,
        parent_span_id,
        kind: SpanKind::Internal,
        name: "unfinished span".to_owned(),
        start,
        end: end.max(start),
        attributes: Attributes::new(),
        events: Vec::new(),
        links: Vec::new(),
        status: SpanStatus::Error(message),
    }
}

/// A failure on a span: its status, its event, and its attributes.
fn failure(
    reason: Option<Reason>,
    lambdas: Option<&str>,
    end: u64,
    attributes: &mut Attributes,
) -> (SpanStatus, Vec<SpanEvent>) {
    let Some(reason) = reason else {
        return (SpanStatus::Unset, Vec::new());
    };
    attributes.push(("error.type".into(), Value::from(reason.kind.as_str())));
    if let Some(named) = lambdas.filter(|named| *named != reason.kind) {
        attributes.push((LAMBDA_ERROR.into(), Value::from(named)));
    }
    let status = SpanStatus::Error(reason.describe());
    let at = reason.at.min(end);
    (status, vec![Reason { at, ..reason }.event()])
}

/// The span of a phase that this invocation waited for, below the span that represents the invocation. It begins before
/// that one, but this is the only way to put both into one tree: the caller's span, which both could have as parent, is
/// rarely in the same backend, and the parent of the SDK's own handler span is not known.
pub fn phase_span(phase: &Phase, invocation: &Invocation, reason: Option<Reason>) -> Span {
    let above = invocation.context();
    let context = TraceContext {
        trace_id: above.trace_id,
        span_id: invocation.inner_span_id(phase.name, phase.start),
    };
    let mut span = lone_phase_span(phase, context, invocation.cold_start, reason);
    invocation.labels.complete(&mut span.attributes);
    Span {
        parent_span_id: Some(above.span_id),
        end: phase.end.unwrap_or_else(|| invocation.began()).max(phase.start),
        ..span
    }
}

/// The span of a phase that is a separate trace, because it failed before any invocation.
pub fn lone_phase_span(phase: &Phase, context: TraceContext, cold_start: bool, reason: Option<Reason>) -> Span {
    let mut attributes: Attributes = vec![("faas.coldstart".into(), Value::Bool(cold_start))];
    let end = phase.end.unwrap_or_default().max(phase.start);
    let reason = reason.filter(|_| phase.failed());
    let (status, events) = failure(reason, phase.error_type.as_deref(), end, &mut attributes);
    Span {
        context,
        parent_span_id: None,
        kind: SpanKind::Internal,
        name: phase.name.to_owned(),
        start: phase.start,
        end,
        attributes,
        events,
        links: Vec::new(),
        status,
    }
}

#[cfg(test)]
mod tests;
