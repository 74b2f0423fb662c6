use super::*;
use bytes::Bytes;

use crate::invocation::HandlerSpan;
use crate::otlp::received::{Received, SentSpan};
use crate::record::{Forwarded, Log, Origin, SpanStatus, TraceContext};
use crate::timestamp;

const NOW: u64 = 1_763_913_811_000_000_000;
const ID: &str = "76e7df99-7363-43f0-b967-4462a4be3b5d";
const TRACE: &str = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";

fn session() -> Session {
    let function = FunctionIdentity {
        name: "orders".into(),
        ..FunctionIdentity::default()
    };
    Session::new(&function, &SendingConfig::default())
}

fn event(second: u32, kind: &str, record: serde_json::Value) -> String {
    serde_json::json!({"time": format!("2026-11-23T16:03:{second:02}.000Z"), "type": kind, "record": record})
        .to_string()
}

fn start(second: u32, id: &str) -> String {
    event(
        second,
        "platform.start",
        serde_json::json!({"requestId": id, "tracing": {"value": TRACE}}),
    )
}

fn done(second: u32, id: &str, status: &str) -> String {
    let record = serde_json::json!({"requestId": id, "status": status, "metrics": {"durationMs": 12.0}});
    event(second, "platform.runtimeDone", record)
}

fn function(second: u32, text: &str) -> String {
    event(second, "function", text.into())
}

fn batch(events: &[String]) -> String {
    format!("[{}]", events.join(","))
}

fn logs_of(session: &mut Session) -> Vec<Log> {
    session.take(Signal::Logs, usize::MAX, NOW).logs
}

#[test]
fn a_plain_line_gets_invocation_trace_and_span() {
    let mut session = session();
    session.telemetry(&batch(&[start(1, ID), function(2, "hello\n")]), NOW);
    assert!(logs_of(&mut session).is_empty(), "held until the invocation is done");
    assert!(!session.is_done(ID));
    session.telemetry(&batch(&[done(3, ID, "success")]), NOW);
    assert!(session.is_done(ID));
    let span = session.take(Signal::Traces, usize::MAX, NOW).spans.remove(0);
    let log = logs_of(&mut session).remove(0);
    assert_eq!(log.request_id.as_deref(), Some(ID));
    assert_eq!(log.context(), Some(span.context));
    assert_eq!(span.name, "orders");
    assert!(
        session.take(Signal::Traces, usize::MAX, NOW).is_empty(),
        "one span an invocation"
    );
}

const CONTEXT: TraceContext = TraceContext {
    trace_id: [1; 16],
    span_id: [2; 8],
};

/// A request with the handler span of `ID`.
fn handler_span() -> Received {
    let mut received = Received::nothing(Signal::Traces);
    received.forwarded.request = Bytes::from_static(b"x");
    received.forwarded.items = 1;
    received.handlers.push(HandlerSpan {
        request_id: ID.into(),
        context: CONTEXT,
        parent_span_id: None,
        is_entry: true,
        has_cold_start: true,
        failed: false,
        took: std::time::Duration::ZERO,
    });
    received
}

#[test]
fn the_sdks_span_replaces_ours_and_is_sent_on() {
    let mut session = session();
    session.telemetry(&batch(&[start(1, ID), function(2, "hello\n")]), NOW);
    session.received(handler_span());
    session.telemetry(&batch(&[done(3, ID, "success")]), NOW);
    let traces = session.take(Signal::Traces, usize::MAX, NOW);
    assert_eq!((traces.spans.len(), traces.forwarded.len(), traces.items()), (0, 1, 1));
    assert_eq!(logs_of(&mut session)[0].context(), Some(CONTEXT));
}

#[test]
fn lines_leave_once_the_tracing_layer_told_the_end_and_later_ones_with_the_next_event() {
    for with_span in [true, false] {
        let mut session = session();
        session.telemetry(&batch(&[start(1, ID), function(2, "one\n")]), NOW);
        assert!(logs_of(&mut session).is_empty());
        session.received(Received {
            ended: Some(ID.into()),
            ..if with_span {
                handler_span()
            } else {
                Received::nothing(Signal::Traces)
            }
        });
        assert!(session.handler_end(ID).is_some() && !session.is_done(ID) && session.awaits_lambdas_word());
        let one = logs_of(&mut session).remove(0);
        session.telemetry(&batch(&[function(2, "two\n"), done(3, ID, "success")]), NOW);
        let two = logs_of(&mut session).remove(0);
        let traces = session.take(Signal::Traces, usize::MAX, NOW);
        assert_eq!((&*one.body, &*two.body), ("one", "two"));
        // Exactly one span represents the invocation, and both lines refer to it.
        let expected = traces.spans.first().map_or(CONTEXT, |own| own.context);
        assert_eq!((traces.spans.is_empty(), traces.items()), (with_span, 1));
        assert_eq!((one.context(), two.context()), (Some(expected), Some(expected)));
    }
}

#[test]
fn a_line_keeps_the_ids_that_it_names() {
    let mut session = session();
    let line = serde_json::json!({
        "requestId": ID, "message": "m", "trace_id": "5759e988bd862e3fe1be46a994272700", "span_id": "53995c3f42cd8a00"
    });
    session.telemetry(
        &batch(&[start(1, ID), event(2, "function", line), done(3, ID, "success")]),
        NOW,
    );
    let log = logs_of(&mut session).remove(0);
    assert_eq!(
        log.context().unwrap().span_id,
        [0x53, 0x99, 0x5c, 0x3f, 0x42, 0xcd, 0x8a, 0x00]
    );
}

#[test]
fn a_timeout_is_an_error_span_and_a_record() {
    let mut session = session();
    session.telemetry(&batch(&[start(1, ID), done(4, ID, "timeout")]), NOW);
    let span = session.take(Signal::Traces, usize::MAX, NOW).spans.remove(0);
    assert_eq!(
        span.status,
        SpanStatus::Error("timeout: Task timed out after 0.01 seconds".into())
    );
    let log = logs_of(&mut session).remove(0);
    assert_eq!((log.origin, log.request_id.as_deref()), (Origin::Platform, Some(ID)));
}

#[test]
fn shutdown_lets_everything_go() {
    let mut session = session();
    let unknown = function(2, "2026-11-23T16:03:18.969Z\tother\tINFO\tx\n");
    session.telemetry(
        &batch(&[function(0, "init\n"), start(1, ID), function(2, "in\n"), unknown]),
        NOW,
    );
    session.end("timeout", NOW);
    let logs = logs_of(&mut session);
    let ids: Vec<Option<&str>> = logs.iter().map(|log| log.request_id.as_deref()).collect();
    assert_eq!(ids, [None, Some(ID), Some(ID), Some(ID)]);
    assert_eq!(logs[3].body, "Task timed out");
}

#[test]
fn lines_of_an_unknown_invocation_leave_in_the_end() {
    let mut session = session();
    session.telemetry(
        &batch(&[function(2, "2026-11-23T16:03:18.969Z\tother\tINFO\tx\n")]),
        NOW,
    );
    let observed = timestamp::parse("2026-11-23T16:03:02Z").unwrap();
    assert!(session.take(Signal::Logs, usize::MAX, observed).is_empty());
    assert_eq!(
        session
            .take(Signal::Logs, usize::MAX, observed + LONGEST_WAIT + 1)
            .logs
            .len(),
        1
    );
}

#[test]
fn our_own_lines_are_never_taken_in() {
    let mut session = session();
    let own = event(1, "extension", "clickstack-extension: WARN x\n".into());
    let other = event(1, "extension", "somebody else\n".into());
    session.telemetry(&batch(&[own, other]), NOW);
    let logs = logs_of(&mut session);
    assert_eq!(logs.len(), 1);
    assert_eq!(
        (logs[0].origin, logs[0].body.as_str()),
        (Origin::Extension, "somebody else")
    );
}

#[test]
fn unknown_and_malformed_events_cost_only_themselves() {
    let mut session = session();
    let strange = event(1, "platform.newThing", serde_json::json!({"a": 1}));
    let broken = event(1, "platform.start", serde_json::json!({"request": 1}));
    session.telemetry(
        &batch(&[strange, broken, start(1, ID), function(2, "x"), done(3, ID, "success")]),
        NOW,
    );
    let logs = logs_of(&mut session);
    assert_eq!(session.drops().malformed, 1);
    assert_eq!((logs.len(), logs[0].body.as_str()), (2, "x"));
    assert_eq!(logs[1].body, "telemetry records lost: 1 (malformed 1)");
}

#[test]
fn an_applications_own_request_id_is_a_field() {
    let mut session = session();
    let own = event(2, "function", serde_json::json!({"requestId": "app-7", "message": "m"}));
    let nested = function(
        2,
        &format!("2026-11-23T16:03:02.000Z\t{ID}\tINFO\t{{\"requestId\":\"app-8\"}}\n"),
    );
    session.telemetry(&batch(&[start(1, ID), own, nested, done(3, ID, "success")]), NOW);
    for (log, id) in logs_of(&mut session).iter().zip(["app-7", "app-8"]) {
        assert_eq!(log.request_id.as_deref(), Some(ID));
        assert_eq!(log.attributes, [("requestId".into(), id.into())]);
    }
}

#[test]
fn lines_keep_their_ids_however_long_they_wait() {
    let mut session = session();
    let id = |run: u32| format!("76e7df99-7363-43f0-b967-{run:012}");
    for run in 0..100 {
        let at = |ms: u32, kind: &str, record: serde_json::Value| {
            let time = format!("2026-11-23T16:{:02}:{:02}.{ms:03}Z", run / 60, run % 60);
            serde_json::json!({"time": time, "type": kind, "record": record}).to_string()
        };
        let requested = serde_json::json!({"requestId": id(run)});
        let ended = serde_json::json!({"requestId": id(run), "status": "success"});
        let events = [
            at(0, "platform.start", requested),
            at(1, "function", format!("run {run}").into()),
            at(2, "platform.runtimeDone", ended),
        ];
        session.telemetry(&batch(&events), NOW);
        // Spans can be sent, logs cannot.
        session.take(Signal::Traces, usize::MAX, NOW);
    }
    let logs = logs_of(&mut session);
    assert_eq!(logs.len(), 100);
    for (run, log) in (0..).zip(&logs) {
        assert_eq!(log.body, format!("run {run}"));
        assert_eq!(log.request_id.as_deref(), Some(id(run).as_str()));
        assert!(log.context().is_some());
    }
    assert_eq!(session.usage().bytes, 0);
}

#[test]
fn invocations_of_a_long_outage_are_forgotten() {
    let mut session = session();
    for run in 0..1_000 {
        let id = format!("76e7df99-7363-43f0-b967-{run:012}");
        session.telemetry(&batch(&[start(1, &id), done(1, &id, "success")]), NOW);
    }
    assert!(!session.invocations.is_full());
}

/// The times and arrival of three kinds of lines, written one after the other within a millisecond.
#[test]
fn lines_of_one_millisecond_rise_across_batches_and_sources() {
    let mut session = session();
    let at = "2026-11-23T16:03:02.000Z";
    let own = serde_json::json!({"timestamp": at, "level": "INFO", "message": "json"});
    let exact = serde_json::json!({"timestamp": "2026-11-23T16:03:02.000500Z", "level": "INFO", "message": "exact"});
    let node = function(2, &format!("{at}\t{ID}\tINFO\tnode\n"));
    session.telemetry(&batch(&[start(1, ID), function(2, "plain\n"), node]), NOW);
    session.telemetry(
        &batch(&[event(2, "function", own), event(2, "function", exact)]),
        NOW + 7,
    );
    session.telemetry(&batch(&[function(2, "last\n"), done(3, ID, "timeout")]), NOW + 9);
    let logs = logs_of(&mut session);
    let base = timestamp::parse(at).unwrap();
    let seen: Vec<(&str, u64, u64)> = logs
        .iter()
        .map(|log| (&*log.body, log.time - base, log.arrived - NOW))
        .collect();
    assert_eq!(
        seen[..5],
        [
            ("plain", 0, 0),
            ("node", 1, 0),
            ("json", 2, 7),
            ("exact", 500_000, 7),
            ("last", 500_001, 9)
        ]
    );
    assert!(logs.iter().all(|log| log.request_id.as_deref() == Some(ID)));
}

/// A timeout while the SDK's spans 1 and 2 are open, below which spans 3 and 4 have ended and were sent.
#[test]
fn spans_that_were_sent_before_the_function_was_ended_are_below_its_invoke_span() {
    for ended in ["timeout", "failure"] {
        let mut session = session();
        session.telemetry(&batch(&[start(1, ID), function(2, "calling\n")]), NOW);
        let began = timestamp::parse("2026-11-23T16:03:01Z").unwrap();
        let sent = |id: u8, parent: u8, start: u64| SentSpan {
            context: TraceContext {
                trace_id: [9; 16],
                span_id: [id; 8],
            },
            parent_span_id: Some([parent; 8]),
            start: began + start,
        };
        session.received(Received {
            forwarded: Forwarded {
                signal: Signal::Traces,
                request: Bytes::from_static(b"x"),
                items: 2,
            },
            spans: vec![sent(4, 2, 20), sent(3, 1, 10)],
            ..Received::nothing(Signal::Traces)
        });
        session.telemetry(&batch(&[done(4, ID, ended)]), NOW);
        session.end(ended, NOW);
        let spans = session.take(Signal::Traces, usize::MAX, NOW).spans;
        let invoke = spans.iter().find(|span| span.name == "orders").unwrap();
        assert_eq!((invoke.context.trace_id, invoke.context.span_id), ([9; 16], [1; 8]));
        let unfinished = spans.iter().find(|span| span.context.span_id == [2; 8]).unwrap();
        assert_eq!(unfinished.parent_span_id, Some([1; 8]));
        assert!(matches!(unfinished.status, SpanStatus::Error(_)));
        let logs = logs_of(&mut session);
        assert!(logs.iter().all(|log| log.context() == Some(invoke.context)), "{logs:?}");
    }
}

mod durable;

mod exemplars;

mod ids;

mod platform;

mod proxied;
