//! Ids in lines: those of Lambda, and the application's own.

use super::*;
use crate::invocation::hex;

/// Ids of no invocation of this environment, in every field and layout that Lambda's runtimes and Powertools use.
fn lines_of_other_ids() -> Vec<serde_json::Value> {
    let other = "0d5c4a7e-0000-4000-8000-00000000beef";
    vec![
        serde_json::json!({"message": "m", "AWSRequestId": other}),
        serde_json::json!({"message": "m", "aws_request_id": "none-of-lambdas"}),
        serde_json::json!({"message": "m", "function_request_id": other}),
        serde_json::json!({"message": "m", "requestId": other}),
        format!("{{\"msg\":\"m\",\"aws_request_id\":\"{other}\"}}\n").into(),
        format!("2026-11-23T16:03:18.969Z\t{other}\tINFO\tm\n").into(),
        format!("[INFO]\t2026-11-23T16:03:28.798Z\t{other}\tm\n").into(),
    ]
}

#[test]
fn ids_that_lambda_never_announced_are_the_applications_own() {
    for line in lines_of_other_ids() {
        let mut session = session();
        session.telemetry(&batch(&[start(1, ID), event(2, "function", line.clone())]), NOW);
        assert!(logs_of(&mut session).is_empty(), "the invocation runs: {line}");
        session.telemetry(&batch(&[done(3, ID, "success")]), NOW);
        let span = session.take(Signal::Traces, usize::MAX, NOW).spans.remove(0);
        let log = logs_of(&mut session).remove(0);
        assert_eq!(log.request_id.as_deref(), Some(ID), "{line}");
        assert_eq!(log.context(), Some(span.context), "{line}");
        assert_eq!(log.attributes.len(), 1, "{line}");
        assert!(
            line.to_string().contains(log.attributes[0].1.as_str().unwrap()),
            "{log:?}"
        );
    }
}

#[test]
fn ids_of_invocations_before_and_of_the_next_one_are_lambdas() {
    let mut session = session();
    let of = |id: &str| serde_json::json!({"message": id, "AWSRequestId": id});
    session.telemetry(
        &batch(&[
            start(1, "first"),
            event(2, "function", of("first")),
            done(3, "first", "success"),
            start(4, "second"),
            event(5, "function", of("first")),
            event(6, "function", of("second")),
            done(7, "second", "success"),
        ]),
        NOW,
    );
    for log in logs_of(&mut session) {
        assert_eq!(log.request_id.as_deref(), Some(&*log.body));
        assert!(log.attributes.is_empty() && log.request_id_field.is_some());
    }
}

#[test]
fn one_id_alone_stays_and_takes_the_other_only_from_the_same_trace() {
    let mut session = session();
    let (trace, other) = ("5759e988bd862e3fe1be46a994272793", "0af7651916cd43dd8448eb211c80319c");
    let lines = [
        serde_json::json!({"message": "other trace", "trace_id": other}),
        serde_json::json!({"message": "same trace", "traceId": trace}),
        serde_json::json!({"message": "other span", "span_id": "b7ad6b7169203331"}),
        serde_json::json!({"message": "none", "order": 1}),
        format!("{{\"msg\":\"in text\",\"traceId\":\"{other}\"}}\n").into(),
    ];
    let mut events = vec![start(1, ID)];
    events.extend((2..).zip(lines).map(|(at, line)| event(at, "function", line)));
    events.push(done(20, ID, "success"));
    session.telemetry(&batch(&events), NOW);
    let own = session.take(Signal::Traces, usize::MAX, NOW).spans.remove(0).context;
    let logs = logs_of(&mut session);
    let ids = |at: usize| (logs[at].trace_id, logs[at].span_id);
    assert_eq!(own.trace_id, hex(trace).unwrap());
    assert_eq!(ids(0), (hex(other), None));
    assert_eq!(ids(1), (Some(own.trace_id), Some(own.span_id)));
    assert_eq!(ids(2), (None, hex("b7ad6b7169203331")));
    assert_eq!(ids(3), (Some(own.trace_id), Some(own.span_id)));
    assert_eq!(ids(4), (hex(other), None));
}
