use super::*;
use crate::invocation::{HandlerSpan, Invocations, Outcome, Placement};
use crate::lambda::initialization::InitializationType;
use crate::lambda::telemetry::Status;

fn outcome(status: Status, error_type: Option<&str>) -> Outcome {
    Outcome {
        status,
        error_type: error_type.map(str::to_owned),
        duration_ms: Some(2.5),
        at: 20_000_000,
    }
}

fn handler_span(trace_id: [u8; 16]) -> HandlerSpan {
    let span_id = [2; 8];
    HandlerSpan {
        request_id: "r".into(),
        context: TraceContext { trace_id, span_id },
        parent_span_id: None,
        is_entry: true,
        has_cold_start: true,
        failed: false,
        took: std::time::Duration::ZERO,
    }
}

fn finished(status: Status, error_type: Option<&str>, handler: bool) -> Invocation {
    let mut invocations = Invocations::new(InitializationType::OnDemand, "env");
    invocations.invoke("r", "arn:aws:lambda", "", 11_000_000);
    invocations.start("r", "", 10_000_000);
    if handler {
        invocations.handler_span(&handler_span([1; 16]));
    }
    invocations.done("r", outcome(status, error_type));
    invocations.take_finished().remove(0)
}

#[test]
fn times_are_the_platforms() {
    let span = invoke_span(&finished(Status::Success, None, false), "orders", None).unwrap();
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
    let span = invoke_span(&finished(Status::Error, Some("Runtime.Unknown"), false), "f", None).unwrap();
    assert_eq!(
        span.status,
        SpanStatus::Error("Runtime.Unknown: The function failed".into())
    );
    let span = invoke_span(&finished(Status::Timeout, None, false), "f", None).unwrap();
    assert_eq!(
        span.status,
        SpanStatus::Error("timeout: Task timed out after 0.00 seconds".into())
    );
}

fn attribute<'a>(span: &'a Span, name: &str) -> Option<&'a str> {
    let found = span.attributes.iter().find(|(key, _)| key == name);
    found.and_then(|(_, value)| value.as_str())
}

#[test]
fn the_reason_of_its_lines_is_status_attribute_and_event() {
    let reason = Reason {
        kind: "TypeError".into(),
        message: "no customer".into(),
        stack: Some("TypeError: no customer\n    at x".into()),
        at: 11_000_000,
    };
    let failed = finished(Status::Error, Some("Runtime.Unknown"), false);
    let span = invoke_span(&failed, "f", Some(reason)).unwrap();
    assert_eq!(span.status, SpanStatus::Error("TypeError: no customer".into()));
    assert_eq!(attribute(&span, "error.type"), Some("TypeError"));
    assert_eq!(attribute(&span, "aws.lambda.error_type"), Some("Runtime.Unknown"));
    assert_eq!((span.events.len(), span.events[0].name), (1, "exception"));
    assert_eq!(span.events[0].time, 11_000_000);
}

/// The invoke span of an invocation that began in 2026 with this trace header.
fn called_with(header: &str) -> Span {
    const BEGAN: u64 = 1_795_953_600_000_000_000;
    let mut invocations = Invocations::new(InitializationType::OnDemand, "env");
    invocations.start("r", header, BEGAN);
    let at = BEGAN + 5_000_000;
    invocations.done(
        "r",
        Outcome {
            at,
            ..outcome(Status::Success, None)
        },
    );
    invoke_span(&invocations.take_finished().remove(0), "f", None).unwrap()
}

#[test]
fn it_is_a_root_unless_the_callers_span_can_be_stored() {
    let random = "Root=1-f3a10b7c-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8";
    let lambdas = "Root=1-6b0c13c0-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8";
    let called = called_with(&format!("{random};Sampled=1"));
    assert_eq!(
        called.parent_span_id,
        Some([0x53, 0x99, 0x5c, 0x3f, 0x42, 0xcd, 0x8a, 0xd8])
    );
    assert_eq!(attribute(&called, XRAY_PARENT), None);
    for root in [
        format!("{random};Sampled=0"),
        format!("{lambdas};Sampled=1"),
        format!("{lambdas};Sampled=0"),
    ] {
        let span = called_with(&root);
        assert_eq!(span.parent_span_id, None, "{root}");
        assert_eq!(attribute(&span, XRAY_PARENT), Some("53995c3f42cd8ad8"), "{root}");
    }
}

#[test]
fn the_sdks_handler_span_stands_for_it() {
    assert_eq!(invoke_span(&finished(Status::Success, None, true), "f", None), None);
}

#[test]
fn lines_that_left_early_have_their_span_beside_the_sdks() {
    for (header, same) in [
        ("", false),
        ("Root=1-01010101-010101010101010101010101;Sampled=1", true),
    ] {
        let mut invocations = Invocations::new(InitializationType::OnDemand, "env");
        invocations.start("r", header, 10_000_000);
        invocations.commit();
        let early = invocations.place(None, 11_000_000);
        invocations.handler_span(&handler_span([1; 16]));
        let later = invocations.place(None, 12_000_000);
        invocations.done("r", outcome(Status::Error, None));
        let span = invoke_span(&invocations.take_finished().remove(0), "f", None).unwrap();
        let context = |placement| match placement {
            Placement::Known(_, context) => context.unwrap(),
            other => panic!("{other:?}"),
        };
        assert_eq!(span.context, context(early));
        assert_eq!(context(later), handler_span([1; 16]).context);
        assert_eq!(span.links, [SpanLink::from(handler_span([1; 16]).context)]);
        assert_eq!(span.parent_span_id, same.then_some([2; 8]));
        assert_eq!((span.kind, span.status), (SpanKind::Internal, SpanStatus::Unset));
    }
}
