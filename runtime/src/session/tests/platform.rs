//! Phases, platform metrics, losses and stack traces, from telemetry to what is sent.

use prost::Message;
use serde_json::json;

use super::super::*;
use crate::buffer::Source as _;
use crate::lambda::initialization::InitializationType::{self, OnDemand, ProvisionedConcurrency, SnapStart};
use crate::otlp::messages::collector::ExportMetricsServiceRequest;
use crate::record::{Log, Severity, Span, SpanKind, SpanStatus};
use crate::timestamp;

const NOW: u64 = 1_763_913_811_000_000_000;

fn session(initialization_type: InitializationType) -> Session {
    let function = FunctionIdentity {
        name: "orders".into(),
        initialization_type,
        ..FunctionIdentity::default()
    };
    Session::new(&function, &SendingConfig::default()).with_platform_metrics(true)
}

/// Handles events: seconds, kind and record of each.
fn tell(session: &mut Session, events: &[(u32, &str, serde_json::Value)]) {
    let events: Vec<serde_json::Value> = events
        .iter()
        .map(|(second, kind, record)| {
            json!({"time": format!("2025-11-23T16:03:{second:02}.000Z"), "type": kind, "record": record})
        })
        .collect();
    session.telemetry(&serde_json::Value::from(events).to_string(), NOW);
}

fn start(id: &str) -> serde_json::Value {
    json!({"requestId": id, "tracing": {"value": "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8"}})
}

fn done(id: &str, status: &str) -> serde_json::Value {
    json!({"requestId": id, "status": status, "metrics": {"durationMs": 12.0}})
}

fn spans_of(session: &mut Session) -> Vec<Span> {
    session.take(Signal::Traces, usize::MAX, NOW).spans
}

fn logs_of(session: &mut Session) -> Vec<Log> {
    session.take(Signal::Logs, usize::MAX, NOW).logs
}

#[test]
fn a_cold_start_has_an_init_span_below_its_invocation() {
    let mut session = session(OnDemand);
    tell(
        &mut session,
        &[
            (
                1,
                "platform.initStart",
                json!({"initializationType": "on-demand", "phase": "init"}),
            ),
            (
                2,
                "platform.initRuntimeDone",
                json!({"phase": "init", "status": "success"}),
            ),
            (
                3,
                "platform.initReport",
                json!({"phase": "init", "status": "success", "metrics": {"durationMs": 1500.0}}),
            ),
            (4, "platform.start", start("r")),
            (5, "platform.runtimeDone", done("r", "success")),
        ],
    );
    let spans = spans_of(&mut session);
    assert_eq!(spans.len(), 2);
    let (init, invoke) = (&spans[0], &spans[1]);
    assert_eq!((init.name.as_str(), init.kind), ("init", SpanKind::Internal));
    assert_eq!((invoke.name.as_str(), invoke.kind), ("orders", SpanKind::Server));
    assert_eq!(init.context.trace_id, invoke.context.trace_id);
    assert_eq!(init.parent_span_id, Some(invoke.context.span_id));
    assert_ne!(init.context.span_id, invoke.context.span_id);
    assert_eq!(init.end - init.start, 1_500_000_000);
    tell(
        &mut session,
        &[
            (6, "platform.start", start("s")),
            (7, "platform.runtimeDone", done("s", "success")),
        ],
    );
    assert_eq!(spans_of(&mut session).len(), 1, "a warm invocation has none");
}

#[test]
fn environments_made_ahead_have_no_init_span_but_a_failure_is_told() {
    let mut session = session(ProvisionedConcurrency);
    let failed = json!({"phase": "init", "status": "error", "errorType": "Runtime.ExitError"});
    tell(
        &mut session,
        &[
            (1, "platform.initStart", json!({"phase": "init"})),
            (2, "platform.initReport", failed),
            (3, "platform.initStart", json!({"phase": "invoke"})),
            (
                4,
                "platform.initReport",
                json!({"phase": "invoke", "status": "timeout"}),
            ),
            (4, "platform.start", start("r")),
            (5, "platform.runtimeDone", done("r", "success")),
        ],
    );
    let spans = spans_of(&mut session);
    assert_eq!(spans.len(), 2);
    assert_eq!(
        spans[0].status,
        SpanStatus::Error("timeout: The init phase timed out".into())
    );
    let bodies: Vec<String> = logs_of(&mut session).into_iter().map(|log| log.body).collect();
    assert_eq!(
        bodies,
        [
            "The init phase failed: Runtime.ExitError",
            "The init phase failed: timeout"
        ]
    );
}

#[test]
fn a_restored_environment_has_a_restore_span() {
    let mut session = session(SnapStart);
    tell(
        &mut session,
        &[
            (1, "platform.restoreStart", json!({"functionName": "orders"})),
            (2, "platform.restoreRuntimeDone", json!({"status": "success"})),
            (3, "platform.start", start("r")),
            (4, "platform.runtimeDone", done("r", "success")),
        ],
    );
    let spans = spans_of(&mut session);
    assert_eq!(
        (spans[0].name.as_str(), spans[0].end - spans[0].start),
        ("restore", 1_000_000_000)
    );
}

#[test]
fn the_init_before_a_snapshot_is_no_part_of_the_restored_invocation() {
    let mut session = session(SnapStart);
    let restored = json!({"status": "success", "metrics": {"durationMs": 300.0}});
    tell(
        &mut session,
        &[
            (1, "platform.initStart", json!({"phase": "snap-start"})),
            (
                2,
                "platform.initReport",
                json!({"phase": "snap-start", "status": "success", "metrics": {"durationMs": 1000.0}}),
            ),
            (86_400, "platform.restoreStart", json!({"functionName": "orders"})),
            (86_401, "platform.restoreReport", restored),
            (86_401, "platform.start", start("r")),
            (86_402, "platform.runtimeDone", done("r", "success")),
        ],
    );
    let spans = spans_of(&mut session);
    let names: Vec<&str> = spans.iter().map(|span| span.name.as_str()).collect();
    assert_eq!(names, ["restore", "orders"]);
    assert_eq!(spans[0].end - spans[0].start, 300_000_000);
}

#[test]
fn an_invocation_without_lines_waits_to_be_sent_too() {
    let mut session = session(OnDemand);
    assert_eq!(session.waiting(), 0);
    tell(
        &mut session,
        &[
            (1, "platform.start", start("r")),
            (2, "platform.runtimeDone", done("r", "success")),
        ],
    );
    assert!(session.waiting() > 0);
    assert_eq!(spans_of(&mut session).len(), 1);
    assert_eq!(session.waiting(), 0);
}

#[test]
fn metrics_leave_at_the_end_and_only_if_wanted() {
    let report = json!({"requestId": "r", "status": "success", "metrics": {"durationMs": 12.0, "billedDurationMs": 13,
        "memorySizeMB": 128, "maxMemoryUsedMB": 60, "initDurationMs": 100.5}});
    let events = [
        (1, "platform.start", start("r")),
        (2, "platform.runtimeDone", done("r", "success")),
        (3, "platform.report", report),
    ];
    let mut unwanted = session(OnDemand).with_platform_metrics(false);
    let mut session = session(OnDemand);
    tell(&mut session, &events);
    tell(&mut unwanted, &events);
    let soon = timestamp::parse("2025-11-23T16:03:05Z").unwrap();
    logs_of(&mut session);
    spans_of(&mut session);
    assert!(session.take(Signal::Metrics, usize::MAX, soon).is_empty());
    for session in [&mut session, &mut unwanted] {
        session.end("spindown", soon);
        logs_of(session);
    }
    assert_eq!(session.waiting(), 1);
    let sent = session.take(Signal::Metrics, usize::MAX, soon).forwarded;
    let request = ExportMetricsServiceRequest::decode(&*sent[0].request).unwrap();
    let metrics = &request.resource_metrics[0].scope_metrics[0].metrics;
    assert!(metrics.iter().any(|metric| metric.name == "faas.invocations"));
    assert_eq!(session.waiting(), 0);
    assert!(unwanted.take(Signal::Metrics, usize::MAX, soon).is_empty());
}

#[test]
fn memory_that_is_all_used_is_told_with_the_request() {
    let mut session = session(OnDemand);
    let report = json!({"requestId": "r", "status": "failure", "errorType": "Runtime.ExitError",
        "metrics": {"durationMs": 12.0, "memorySizeMB": 128, "maxMemoryUsedMB": 128}});
    tell(
        &mut session,
        &[(1, "platform.start", start("r")), (3, "platform.report", report)],
    );
    let logs = logs_of(&mut session);
    assert_eq!(logs[0].body, "Out of memory: 128 MB of 128 MB were used");
    assert_eq!(logs[1].body, "Invocation failed: Runtime.ExitError");
    assert!(logs.iter().all(|log| log.request_id.as_deref() == Some("r")));
}

/// The status message, `error.type` and event of the only invoke span, after these events.
fn failure_of(events: &[(u32, &str, serde_json::Value)]) -> (String, String, Vec<String>) {
    let mut session = session(OnDemand);
    tell(&mut session, events);
    session.end("failure", NOW);
    let spans = spans_of(&mut session);
    let span = spans.iter().find(|span| span.kind == SpanKind::Server).unwrap();
    let SpanStatus::Error(message) = &span.status else {
        panic!("{span:?}")
    };
    let text = |attributes: &crate::record::Attributes, name: &str| {
        let found = attributes.iter().find(|(key, _)| key == name);
        found
            .and_then(|(_, value)| value.as_str())
            .unwrap_or_default()
            .to_owned()
    };
    let event = &span.events[0];
    assert_eq!((span.events.len(), event.name), (1, "exception"));
    let stack = text(&event.attributes, "exception.stacktrace");
    let described = [
        text(&event.attributes, "exception.type"),
        text(&event.attributes, "exception.message"),
        stack,
    ];
    (
        message.clone(),
        text(&span.attributes, "error.type"),
        described.to_vec(),
    )
}

#[test]
fn the_invoke_span_says_what_failed() {
    let node = "2026-11-23T16:03:18.969Z\tr\tERROR\tInvoke Error \t{\"errorType\":\"TypeError\",\"errorMessage\":\"no customer\",\"stack\":[\"TypeError: no customer\"]}\n";
    let python =
        "[ERROR] KeyError: 'id'\rTraceback (most recent call last):\r\u{a0}\u{a0}File \"app.py\", line 8, in handler\n";
    let json = json!({"timestamp": "2025-11-23T16:03:02Z", "level": "ERROR", "requestId": "r", "errorType": "ValueError",
        "errorMessage": "too small", "stackTrace": ["  File \"app.py\""]});
    let panic = "panic: no orders\n\ngoroutine 1 [running]:\nmain.main()\n\t/src/main.go:9\n";
    for (line, status, expected) in [
        (json!(node), "error", "TypeError: no customer"),
        (json!(python), "error", "KeyError: 'id'"),
        (json, "error", "ValueError: too small"),
        (json!(panic), "failure", "panic: no orders"),
    ] {
        let done = json!({"requestId": "r", "status": status, "errorType": "Runtime.Unknown"});
        let handled = json!("2026-11-23T16:03:18.969Z\tr\tERROR\tError: handled\n    at x (/var/task/index.js:6:16)\n");
        let (message, kind, event) = failure_of(&[
            (1, "platform.start", start("r")),
            (2, "function", handled),
            (2, "function", line),
            (3, "platform.runtimeDone", done),
        ]);
        assert_eq!(message, expected);
        let (before, after) = expected.split_once(": ").unwrap();
        assert_eq!(
            (kind.as_str(), event[0].as_str(), event[1].as_str()),
            (before, before, after)
        );
        assert!(!event[2].is_empty(), "{expected}");
    }
}

#[test]
fn the_invoke_span_says_what_lambda_ended_it_for() {
    let report = |used: u32, kind: &str| {
        json!({"requestId": "r", "status": "failure", "errorType": kind,
            "metrics": {"durationMs": 12.0, "memorySizeMB": 128, "maxMemoryUsedMB": used}})
    };
    let exit = json!({"requestId": "r", "status": "failure", "errorType": "Runtime.ExitError"});
    for (reported, expected) in [
        (
            report(64, "Runtime.ExitError"),
            "Runtime.ExitError: The runtime exited before the invocation ended",
        ),
        (
            report(128, "Runtime.ExitError"),
            "Runtime.OutOfMemory: Out of memory: 128 MB of 128 MB were used",
        ),
        (
            report(127, "Runtime.OutOfMemory"),
            "Runtime.OutOfMemory: Out of memory: 127 MB of 128 MB were used",
        ),
    ] {
        let (message, kind, _) = failure_of(&[
            (1, "platform.start", start("r")),
            (3, "platform.runtimeDone", exit.clone()),
            (3, "platform.report", reported),
        ]);
        assert_eq!(message, expected);
        assert!(expected.starts_with(&format!("{kind}: ")));
    }
    let done = json!({"requestId": "r", "status": "timeout", "metrics": {"durationMs": 3000.0}});
    let logged = json!({"level": "ERROR", "requestId": "r", "errorType": "Handled", "errorMessage": "m"});
    let (message, kind, _) = failure_of(&[
        (1, "platform.start", start("r")),
        (2, "function", logged),
        (4, "platform.runtimeDone", done),
    ]);
    assert_eq!(
        (message.as_str(), kind.as_str()),
        ("timeout: Task timed out after 3.00 seconds", "timeout")
    );
}

#[test]
fn a_failed_init_phase_says_what_failed() {
    let line =
        json!("[ERROR] Runtime.ImportModuleError: Unable to import module 'app'\rTraceback (most recent call last):\n");
    let mut session = session(OnDemand);
    let failed = json!({"phase": "init", "status": "error", "errorType": "Runtime.Unknown"});
    tell(
        &mut session,
        &[
            (1, "platform.initStart", json!({"phase": "init"})),
            (2, "function", line),
            (3, "platform.initReport", failed),
            (4, "platform.start", start("r")),
            (5, "platform.runtimeDone", done("r", "error")),
        ],
    );
    let expected = SpanStatus::Error("Runtime.ImportModuleError: Unable to import module 'app'".into());
    let spans = spans_of(&mut session);
    assert_eq!(spans.len(), 2);
    for span in spans {
        assert_eq!((span.status, span.events.len()), (expected.clone(), 1), "{}", span.name);
    }
}

#[test]
fn the_end_of_a_runtime_waits_for_its_report() {
    let exit = json!({"requestId": "r", "status": "failure", "errorType": "Runtime.ExitError"});
    let mut session = session(OnDemand);
    tell(
        &mut session,
        &[(1, "platform.start", start("r")), (2, "platform.runtimeDone", exit)],
    );
    assert!(session.is_done("r"));
    assert_eq!((spans_of(&mut session).len(), session.waiting()), (0, 0));
    tell(&mut session, &[(4, "platform.start", start("s"))]);
    assert_eq!(
        spans_of(&mut session).len(),
        1,
        "the next invocation began, the report was lost"
    );
}

#[test]
fn losses_are_told_once_for_each_end() {
    let mut session = session(OnDemand);
    let lost = json!({"droppedRecords": 3, "droppedBytes": 900, "reason": "slow"});
    tell(
        &mut session,
        &[(1, "platform.start", start("r")), (2, "platform.logsDropped", lost)],
    );
    assert_eq!(logs_of(&mut session).len(), 0, "the invocation runs");
    tell(&mut session, &[(3, "platform.runtimeDone", done("r", "success"))]);
    assert_eq!(logs_of(&mut session)[0].body, "telemetry records lost: 3 (platform 3)");
    session.drops_mut().rejected += 1;
    assert_eq!(
        logs_of(&mut session).len(),
        0,
        "the refused record was perhaps this one"
    );
    session.end("spindown", NOW);
    assert_eq!(logs_of(&mut session)[0].body, "telemetry records lost: 1 (rejected 1)");
}

#[test]
fn a_printed_stack_trace_is_one_record_of_its_invocation() {
    let mut session = session(OnDemand);
    let line = |text: &str| (2, "function", json!(format!("{text}\n")));
    let trace = "Traceback (most recent call last):\n  File \"app.py\", line 8, in handler\nKeyError: 'id'";
    let mut events = vec![(1, "platform.start", start("r"))];
    events.extend(trace.lines().map(line));
    tell(&mut session, &events);
    assert_eq!(session.waiting(), 3);
    tell(&mut session, &[(3, "platform.runtimeDone", done("r", "success"))]);
    let logs = logs_of(&mut session);
    assert_eq!(
        (logs.len(), logs[0].body.as_str(), logs[0].severity),
        (1, trace, Severity::Error)
    );
    assert_eq!(logs[0].request_id.as_deref(), Some("r"));
}

#[test]
fn numbers_beyond_all_bounds_are_survived() {
    let mut session = session(OnDemand);
    let huge = json!({"durationMs": 1e300});
    let start = json!({"requestId": "r", "version": "1"});
    let done = json!({"requestId": "r", "status": "success", "metrics": huge});
    let report = json!({"initializationType": "on-demand", "phase": "init", "status": "success", "metrics": huge});
    let lost = json!({"droppedBytes": 1, "droppedRecords": u64::MAX, "reason": "much"});
    let at = "2026-11-23T16:03:01.000Z";
    let event = |kind: &str, record: serde_json::Value| json!({"time": at, "type": kind, "record": record});
    let batch = json!([
        event(
            "platform.initStart",
            json!({"initializationType": "on-demand", "phase": "init"})
        ),
        event("platform.initReport", report),
        event("platform.start", start),
        event("platform.logsDropped", lost.clone()),
        event("platform.logsDropped", lost),
        event("platform.runtimeDone", done),
    ]);
    session.telemetry(&batch.to_string(), 1);
    let spans = session.take(Signal::Traces, usize::MAX, 2).spans;
    assert!(
        spans.iter().all(|span| span.end >= span.start) && spans.len() == 2,
        "{spans:?}"
    );
    assert_eq!(session.take(Signal::Logs, usize::MAX, 3).logs.len(), 1);
    assert_eq!(session.drops().platform, u64::MAX);
}
