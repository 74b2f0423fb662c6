//! The invoke span: one for each invocation whose handler span the function's own SDK didn't send. And the spans of the
//! phases that an invocation waited for.

use crate::invocation::Invocation;
use crate::lambda::telemetry::Status;
use crate::record::{Attributes, Span, SpanKind, SpanStatus, TraceContext, Value};
use crate::session::Phase;

/// Nanoseconds in a millisecond.
pub const NANOS_PER_MILLISECOND: f64 = 1e6;

/// The invoke span of an ended invocation, named as the function; none when the SDK's handler span stands for it.
pub fn invoke_span(invocation: &Invocation, function_name: &str) -> Option<Span> {
    let outcome = invocation.outcome.as_ref().filter(|_| invocation.needs_own_span())?;
    let duration = outcome
        .duration_ms
        .map(|ms| (ms.max(0.0) * NANOS_PER_MILLISECOND) as u64);
    let start = match (invocation.began(), duration) {
        (0, Some(duration)) => outcome.at.saturating_sub(duration),
        (0, None) => outcome.at,
        (began, _) => began,
    };
    let end = duration
        .map_or(outcome.at, |duration| start.saturating_add(duration))
        .max(start);
    let mut attributes: Attributes = vec![
        ("faas.invocation_id".into(), Value::from(&*invocation.request_id)),
        ("faas.coldstart".into(), Value::Bool(invocation.cold_start)),
    ];
    if let Some(arn) = &invocation.function_arn {
        attributes.push(("cloud.resource_id".into(), Value::from(arn.as_str())));
    }
    let status = match outcome.status {
        Status::Success => SpanStatus::Unset,
        failed => {
            let kind = outcome.error_type.clone().unwrap_or_else(|| failed.name().to_owned());
            attributes.push(("error.type".into(), Value::from(kind.as_str())));
            SpanStatus::Error(kind)
        }
    };
    Some(Span {
        context: invocation.context(),
        parent_span_id: invocation.parent_span_id,
        kind: SpanKind::Server,
        name: function_name.to_owned(),
        start,
        end,
        attributes,
        status,
    })
}

/// The span of a phase that this invocation waited for, below the span that stands for the invocation. It begins before
/// that one, but only there do the two make one tree: the caller's span, which both could have as parent, is seldom in
/// the same backend, and that of the SDK's own handler span isn't known.
pub fn phase_span(phase: &Phase, invocation: &Invocation) -> Span {
    let above = invocation.context();
    let context = TraceContext {
        trace_id: above.trace_id,
        span_id: invocation.inner_span_id(phase.name, phase.start),
    };
    Span {
        parent_span_id: Some(above.span_id),
        end: phase.end.unwrap_or_else(|| invocation.began()).max(phase.start),
        ..lone_phase_span(phase, context, invocation.cold_start)
    }
}

/// The span of a phase that is a trace of its own: it failed before any invocation came.
pub fn lone_phase_span(phase: &Phase, context: TraceContext, cold_start: bool) -> Span {
    let mut attributes: Attributes = vec![("faas.coldstart".into(), Value::Bool(cold_start))];
    let status = match phase.status {
        None | Some(Status::Success) => SpanStatus::Unset,
        Some(failed) => {
            let kind = phase.error_type.clone().unwrap_or_else(|| failed.name().to_owned());
            attributes.push(("error.type".into(), Value::from(kind.as_str())));
            SpanStatus::Error(kind)
        }
    };
    Span {
        context,
        parent_span_id: None,
        kind: SpanKind::Internal,
        name: phase.name.to_owned(),
        start: phase.start,
        end: phase.end.unwrap_or_default().max(phase.start),
        attributes,
        status,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invocation::{Invocations, Outcome};
    use crate::lambda::initialization::InitializationType;

    fn outcome(status: Status, error_type: Option<&str>) -> Outcome {
        Outcome {
            status,
            error_type: error_type.map(str::to_owned),
            duration_ms: Some(2.5),
            at: 20_000_000,
        }
    }

    fn finished(status: Status, error_type: Option<&str>, handler: bool) -> Invocation {
        let mut invocations = Invocations::new(InitializationType::OnDemand, "env");
        invocations.invoke("r", "arn:aws:lambda", "", 11_000_000);
        invocations.start("r", "", 10_000_000);
        if handler {
            invocations.handler_span(
                "r",
                TraceContext {
                    trace_id: [1; 16],
                    span_id: [2; 8],
                },
            );
        }
        invocations.done("r", outcome(status, error_type));
        invocations.take_finished().remove(0)
    }

    #[test]
    fn times_are_the_platforms() {
        let span = invoke_span(&finished(Status::Success, None, false), "orders").unwrap();
        assert_eq!((span.start, span.end), (10_000_000, 12_500_000));
        assert_eq!(span.name, "orders");
        assert_eq!(span.status, SpanStatus::Unset);
        assert!(span.attributes.contains(&("faas.coldstart".into(), Value::Bool(true))));
        assert!(
            span.attributes
                .contains(&("cloud.resource_id".into(), Value::from("arn:aws:lambda")))
        );
    }

    #[test]
    fn failures_are_errors_with_their_type() {
        let span = invoke_span(&finished(Status::Error, Some("Runtime.Unknown"), false), "f").unwrap();
        assert_eq!(span.status, SpanStatus::Error("Runtime.Unknown".into()));
        let span = invoke_span(&finished(Status::Timeout, None, false), "f").unwrap();
        assert_eq!(span.status, SpanStatus::Error("timeout".into()));
    }

    #[test]
    fn the_sdks_handler_span_stands_for_it() {
        assert_eq!(invoke_span(&finished(Status::Success, None, true), "f"), None);
    }
}
