//! The invoke span: one for each invocation whose handler span the function's own SDK didn't send.

use crate::invocation::Invocation;
use crate::lambda::telemetry::Status;
use crate::record::{Attributes, Span, SpanStatus, Value};

const NANOS_PER_MILLISECOND: f64 = 1e6;

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
    let end = duration.map_or(outcome.at, |duration| start + duration).max(start);
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
        name: function_name.to_owned(),
        start,
        end,
        attributes,
        status,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::invocation::{Invocations, Outcome};
    use crate::record::TraceContext;

    fn outcome(status: Status, error_type: Option<&str>) -> Outcome {
        Outcome {
            status,
            error_type: error_type.map(str::to_owned),
            duration_ms: Some(2.5),
            at: 20_000_000,
        }
    }

    fn finished(status: Status, error_type: Option<&str>, handler: bool) -> Invocation {
        let mut invocations = Invocations::new("on-demand", "env");
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
