//! What the runtime API proxy reads, on the span of an invocation.

use super::*;
use crate::invocation::{Read, hex};
use crate::record::{Span, SpanKind, Value};
use crate::trigger::{self, Heading};

const PARENT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

fn begun(id: &str, event: serde_json::Value) -> Read {
    let (event, heading) = (
        event.to_string(),
        Heading {
            request_id: id.into(),
            ..Heading::default()
        },
    );
    Read::Begun(Box::new(trigger::begun(
        &heading,
        event.as_bytes(),
        event.len() as u64,
        NOW,
    )))
}

fn answered(id: &str, body: &str) -> Read {
    Read::Answered(Box::new(trigger::response(
        id.into(),
        body.as_bytes(),
        body.len() as u64,
    )))
}

fn http() -> serde_json::Value {
    serde_json::json!({
        "version": "2.0", "routeKey": "GET /orders/{id}", "rawPath": "/orders/7",
        "headers": {"traceparent": PARENT}, "requestContext": {"http": {"method": "GET"}},
    })
}

fn attribute<'s>(span: &'s Span, name: &str) -> Option<&'s Value> {
    span.attributes
        .iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value)
}

fn only_span(session: &mut Session) -> Span {
    let mut spans = session.take(Signal::Traces, usize::MAX, NOW).spans;
    assert_eq!(spans.len(), 1);
    spans.remove(0)
}

#[test]
fn a_request_whose_event_is_read_before_or_after_lambda_tells_of_it() {
    for before in [true, false] {
        let mut session = session();
        if before {
            session.read(begun(ID, http()));
        }
        session.telemetry(&batch(&[start(1, ID), function(2, "hello\n")]), NOW);
        if !before {
            session.read(begun(ID, http()));
        }
        session.read(answered(ID, r#"{"statusCode":503}"#));
        session.telemetry(&batch(&[done(3, ID, "success")]), NOW);
        let span = only_span(&mut session);
        assert_eq!((&*span.name, span.kind), ("GET /orders/{id}", SpanKind::Server));
        assert_eq!(Some(span.context.trace_id), hex("0af7651916cd43dd8448eb211c80319c"));
        assert_eq!(span.parent_span_id, hex("b7ad6b7169203331"));
        assert_eq!(span.status, SpanStatus::Error(String::new()));
        for (name, value) in [
            ("faas.trigger", Value::from("http")),
            ("aws.lambda.trigger", Value::from("api-gateway-http")),
            ("http.response.status_code", Value::Int(503)),
            ("error.type", Value::from("503")),
            ("aws.lambda.response.size", Value::Int(18)),
            ("url.path", Value::from("/orders/7")),
        ] {
            assert_eq!(attribute(&span, name), Some(&value), "{name}");
        }
        assert_eq!(attribute(&span, "aws.xray.parent_id"), None, "W3C counts first");
        let log = logs_of(&mut session).remove(0);
        assert_eq!(log.context(), Some(span.context));
    }
}

#[test]
fn lines_that_have_left_keep_their_trace_and_the_caller_is_a_link() {
    let mut session = session();
    session.telemetry(&batch(&[start(1, ID), function(2, "hello\n")]), NOW);
    session.commit();
    let log = logs_of(&mut session).remove(0);
    session.read(begun(ID, http()));
    session.telemetry(&batch(&[done(3, ID, "success")]), NOW);
    let span = only_span(&mut session);
    assert_eq!((Some(span.context), span.parent_span_id), (log.context(), None));
    assert_eq!(Some(span.links[0].context.span_id), hex("b7ad6b7169203331"));
}

#[test]
fn errors_that_the_runtime_reports_and_failed_messages() {
    let mut session = session();
    let queue = serde_json::json!({"Records": [
        {"eventSource": "aws:sqs", "messageId": "m-1", "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:orders"},
        {"eventSource": "aws:sqs", "messageId": "m-2"},
    ]});
    session.read(begun(ID, queue.clone()));
    session.telemetry(&batch(&[start(1, ID)]), NOW);
    session.read(answered(ID, r#"{"batchItemFailures":[{"itemIdentifier":"m-2"}]}"#));
    session.telemetry(&batch(&[done(3, ID, "success")]), NOW);
    let span = only_span(&mut session);
    assert_eq!(
        (&*span.name, span.kind, span.status),
        ("process orders", SpanKind::Consumer, SpanStatus::Unset)
    );
    assert_eq!(span.events[0].attributes[0].1, Value::from("m-2"));
    // Lambda's own retry has the same id.
    session.read(begun(ID, queue));
    let error = r#"{"errorType":"java.lang.IllegalStateException","errorMessage":"no stock","stackTrace":["at A.b(A.java:7)"]}"#;
    let failure = trigger::failure(ID.into(), "Unhandled", error.as_bytes(), 1);
    session.read(Read::Answered(Box::new(failure)));
    session.telemetry(&batch(&[start(4, ID), done(5, ID, "error")]), NOW);
    let span = only_span(&mut session);
    let message = "java.lang.IllegalStateException: no stock";
    assert_eq!(span.status, SpanStatus::Error(message.into()));
    assert_eq!(span.events[0].attributes[2].1, Value::from("at A.b(A.java:7)"));
    assert_eq!(attribute(&span, "messaging.batch.message_count"), Some(&Value::Int(2)));
}

#[test]
fn a_request_without_an_invocation_is_forgotten() {
    let mut session = session();
    for number in 0..100 {
        session.read(answered(&number.to_string(), "{}"));
    }
    session.telemetry(&batch(&[start(1, "0"), done(2, "0", "success")]), NOW);
    assert_eq!(attribute(&only_span(&mut session), "aws.lambda.response.size"), None);
}
