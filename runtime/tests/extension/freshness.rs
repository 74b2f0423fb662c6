//! How soon a line reaches the backend, and with which span, while its invocation is running.

use std::time::Duration;

use crate::support::intake::{attribute, body};
use crate::support::{Extension, Intake, request_id, run, server, started_with_mode, until};
use clickstack_extension::otlp::messages::collector::ExportTraceServiceRequest;
use clickstack_extension::otlp::messages::common::{AnyValue, KeyValue, Value};
use clickstack_extension::otlp::messages::trace::{ResourceSpans, ScopeSpans, Span, SpanKind};
use prost::Message;

/// A line reaches the backend within this time.
const LATEST: Duration = Duration::from_secs(5);

async fn has_lines(intake: &Intake, lines: usize) {
    let arrived = until("lines", || intake.bodies().len() >= lines);
    tokio::time::timeout(LATEST, arrived)
        .await
        .expect("the line is not there after five seconds");
}

/// The span of the handler as created by instrumentation for queues, at its end.
async fn send_handler_span(extension: &Extension, id: &str, trace_id: Vec<u8>) {
    let value = Value::StringValue(id.to_owned());
    let handler = Span {
        trace_id,
        span_id: vec![8; 8],
        name: "handler".into(),
        kind: SpanKind::Consumer.into(),
        attributes: vec![KeyValue {
            key: "faas.invocation_id".into(),
            value: Some(AnyValue { value: Some(value) }),
        }],
        ..Span::default()
    };
    let scope_spans = vec![ScopeSpans {
        spans: vec![handler],
        ..ScopeSpans::default()
    }];
    let request = ExportTraceServiceRequest {
        resource_spans: vec![ResourceSpans {
            scope_spans,
            ..ResourceSpans::default()
        }],
    };
    let headers = [("content-type", "application/x-protobuf")];
    let answer = server::post(&extension.receiver("/v1/traces"), &headers, request.encode_to_vec()).await;
    assert_eq!(answer.0, 200);
}

#[test]
fn lines_of_a_long_invocation_arrive_while_it_runs() {
    run(async {
        for mode in ["end", "periodic", "auto"] {
            let (lambda, intake, _extension) = started_with_mode(mode).await;
            let id = request_id(1);
            lambda.invoke(&id, Duration::from_secs(60));
            lambda.deliver(&[lambda.start_event(&id), lambda.line("first")]).await;
            has_lines(&intake, 1).await;
            lambda.deliver(&[lambda.line("second")]).await;
            has_lines(&intake, 2).await;
            assert!(intake.spans().is_empty(), "{mode}: the invocation runs");
            lambda
                .deliver(&[lambda.done_event(&id, "success"), lambda.report_event(&id, "success")])
                .await;
            lambda.shutdown("spindown");
            until("the invocation's span", || intake.spans().len() == 1).await;
            let (_, span) = intake.spans().remove(0);
            for (_, log) in intake.logs() {
                assert_eq!((&log.trace_id, &log.span_id), (&span.trace_id, &span.span_id), "{mode}");
                assert_eq!(attribute(&log.attributes, "faas.invocation_id"), Some(id.clone()));
            }
        }
    });
}

#[test]
fn the_span_of_lines_that_left_before_the_handlers_is_stored_and_linked() {
    run(async {
        let (lambda, intake, extension) = started_with_mode("end").await;
        let id = request_id(1);
        lambda.invoke(&id, Duration::from_secs(60));
        lambda.deliver(&[lambda.start_event(&id), lambda.line("early")]).await;
        has_lines(&intake, 1).await;
        send_handler_span(&extension, &id, vec![7; 16]).await;
        lambda
            .deliver(&[lambda.line("late"), lambda.done_event(&id, "success")])
            .await;
        lambda.asked(2).await;
        let spans: Vec<Span> = intake.spans().into_iter().map(|(_, span)| span).collect();
        let of = |line: &str| {
            let (_, log) = intake.logs().into_iter().find(|(_, log)| body(log) == line).unwrap();
            let span = spans.iter().find(|span| span.span_id == log.span_id);
            let span = span.unwrap_or_else(|| panic!("{line}: its span is not stored"));
            assert_eq!(span.trace_id, log.trace_id, "{line}");
            span
        };
        let (early, late) = (of("early"), of("late"));
        assert_eq!((late.name.as_str(), spans.len()), ("handler", 2));
        assert_eq!(
            (&early.links[0].trace_id, &early.links[0].span_id),
            (&late.trace_id, &late.span_id)
        );
        let named = spans
            .iter()
            .filter(|span| attribute(&span.attributes, "faas.invocation_id").is_some());
        assert_eq!(named.count(), 1, "the invocation is counted once");
    });
}

#[test]
fn what_is_under_way_holds_the_end_of_the_invocation_up_once() {
    run(async {
        let (lambda, intake, _extension) = started_with_mode("end").await;
        intake.delay(Duration::from_secs(2));
        let id = request_id(1);
        lambda.invoke(&id, Duration::from_secs(60));
        lambda.deliver(&[lambda.start_event(&id), lambda.line("one")]).await;
        until("the request with the line", || intake.requests() == 1).await;
        lambda.deliver(&[lambda.done_event(&id, "success")]).await;
        until("the request with the span", || intake.requests() == 2).await;
        assert!(intake.bodies().is_empty(), "the first one is not answered yet");
        lambda.asked(2).await;
        // Both continue during the next invocation.
        until("both answers", || {
            (intake.bodies().len(), intake.spans().len()) == (1, 1)
        })
        .await;
    });
}

#[test]
fn a_short_invocation_is_one_request_for_each_signal_under_the_handlers_span() {
    run(async {
        let (lambda, intake, extension) = started_with_mode("end").await;
        let id = request_id(1);
        lambda.invoke(&id, Duration::from_secs(60));
        lambda
            .deliver(&[lambda.start_event(&id), lambda.line("one"), lambda.line("two")])
            .await;
        send_handler_span(&extension, &id, vec![7; 16]).await;
        lambda.deliver(&[lambda.done_event(&id, "success")]).await;
        lambda.asked(2).await;
        assert_eq!(
            (intake.requests(), intake.bodies().len(), intake.spans().len()),
            (2, 2, 1)
        );
        for (_, log) in intake.logs() {
            assert_eq!((log.trace_id, log.span_id), (vec![7; 16], vec![8; 8]));
        }
    });
}
