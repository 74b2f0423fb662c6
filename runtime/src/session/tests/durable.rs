//! Durable functions, from telemetry to what is sent.

use serde_json::{Value as Json, json};

use super::super::*;
use crate::invocation::durable::is_replayed;
use crate::record::{Log, Span, Value};

const NOW: u64 = 1_763_913_811_000_000_000;
const ARN: &str = "arn:aws:lambda:eu-central-1:123456789012:function:orders:1/durable-execution/order-7/5a1f";

fn session(without_replayed: bool) -> Session {
    let function = FunctionIdentity {
        name: "orders".into(),
        ..FunctionIdentity::default()
    };
    let logs = LogsConfig {
        without_replayed,
        ..LogsConfig::default()
    };
    let mut session = Session::new(&function, &SendingConfig::default()).with_logs(logs);
    let init =
        json!({"initializationType": "on-demand", "phase": "init", "runtimeVersion": "nodejs:24.DurableFunction.v10"});
    tell(&mut session, 1, &[("platform.initStart", init)]);
    session
}

/// Handles events of this second.
fn tell(session: &mut Session, second: u32, events: &[(&str, Json)]) {
    let event = |(kind, record): &(&str, Json)| json!({"time": format!("2025-11-23T16:03:{second:02}.000Z"), "type": kind, "record": record});
    let events: Vec<Json> = events.iter().map(event).collect();
    session.telemetry(&Json::from(events).to_string(), NOW);
}

/// A line of the JavaScript SDK's logger.
fn logged(message: &str, operation: Option<&str>) -> Json {
    let mut record = json!({"level": "INFO", "executionArn": ARN, "message": message});
    if let Some(operation) = operation {
        record["operationId"] = operation.into();
        record["attempt"] = 1.into();
    }
    record
}

/// A whole invocation that writes these lines; `header` is its trace header.
fn invocation(session: &mut Session, second: u32, id: &str, header: &str, lines: &[Json]) -> (Vec<Log>, Vec<Span>) {
    let start = json!({"requestId": id, "tracing": {"value": header}});
    let mut events = vec![("platform.start", start)];
    events.extend(lines.iter().map(|line| ("function", line.clone())));
    events.push((
        "platform.runtimeDone",
        json!({"requestId": id, "status": "success", "metrics": {"durationMs": 12.0}}),
    ));
    tell(session, second, &events);
    let logs = session.take(Signal::Logs, usize::MAX, NOW).logs;
    (logs, session.take(Signal::Traces, usize::MAX, NOW).spans)
}

fn header(number: u8, sampled: u8) -> String {
    format!("Root=1-5759e988-bd862e3fe1be46a9942727{number:02x};Parent=53995c3f42cd8ad8;Sampled={sampled}")
}

fn attribute<'a>(attributes: &'a crate::record::Attributes, name: &str) -> Option<&'a Value> {
    attributes.iter().find(|(key, _)| key == name).map(|(_, value)| value)
}

fn first_lines() -> Vec<Json> {
    vec!["start\n".into(), logged("charged", Some("o-1")), "waiting\n".into()]
}

fn second_lines() -> Vec<Json> {
    vec![
        "start\n".into(),
        "waiting\n".into(),
        logged("shipped", Some("o-2")),
        "done\n".into(),
    ]
}

#[test]
fn invocations_of_an_execution_are_one_trace_below_one_root() {
    let mut session = session(false);
    let (mut logs, mut spans) = invocation(&mut session, 3, "r-1", &header(1, 0), &first_lines());
    let (more, others) = invocation(&mut session, 30, "r-2", &header(2, 0), &second_lines());
    logs.extend(more);
    spans.extend(others);
    let roots: Vec<&Span> = spans.iter().filter(|span| span.parent_span_id.is_none()).collect();
    assert_eq!(roots.len(), 1, "{spans:?}");
    assert_eq!(roots[0].name, "orders durable execution");
    let invokes: Vec<&Span> = spans.iter().filter(|span| span.name == "orders").collect();
    assert_eq!(invokes.len(), 2);
    for span in &spans {
        assert_eq!(span.context.trace_id, roots[0].context.trace_id, "{}", span.name);
        assert_eq!(
            attribute(&span.attributes, "durable.execution.arn"),
            Some(&Value::from(ARN)),
            "{}",
            span.name
        );
    }
    for invoke in invokes {
        assert_eq!(invoke.parent_span_id, Some(roots[0].context.span_id));
    }
    for log in &logs {
        assert_eq!(log.trace_id, Some(roots[0].context.trace_id), "{}", log.body);
        assert_eq!(
            attribute(&log.attributes, "durable.execution.arn"),
            Some(&Value::from(ARN)),
            "{}",
            log.body
        );
    }
}

#[test]
fn a_sampled_trace_of_the_caller_goes_on() {
    let mut session = session(false);
    let (_, spans) = invocation(&mut session, 3, "r-1", &header(1, 1), &first_lines());
    assert!(spans.iter().all(|span| span.context.trace_id[0] == 0x57));
    let root = spans.iter().find(|span| span.name.ends_with("execution")).unwrap();
    assert_eq!(
        root.parent_span_id,
        Some([0x53, 0x99, 0x5c, 0x3f, 0x42, 0xcd, 0x8a, 0xd8])
    );
    let invoke = spans.iter().find(|span| span.name == "orders").unwrap();
    assert_eq!(invoke.parent_span_id, Some(root.context.span_id));
}

#[test]
fn what_a_replay_repeats_is_marked_or_left_out() {
    for without_replayed in [false, true] {
        let mut session = session(without_replayed);
        let (logs, _) = invocation(&mut session, 3, "r-1", &header(1, 0), &first_lines());
        assert!(logs.len() == 3 && !logs.iter().any(is_replayed));
        let (logs, _) = invocation(&mut session, 30, "r-2", &header(2, 0), &second_lines());
        let seen: Vec<(&str, bool)> = logs.iter().map(|log| (log.body.as_str(), is_replayed(log))).collect();
        let repeated = [("start", true), ("waiting", true)];
        let new = [("shipped", false), ("done", false)];
        let expected: Vec<(&str, bool)> = match without_replayed {
            true => new.to_vec(),
            false => repeated.into_iter().chain(new).collect(),
        };
        assert_eq!(seen, expected);
        assert_eq!(
            session.drops().by_reason().iter().map(|(_, count)| count).sum::<u64>(),
            0
        );
    }
}

#[test]
fn operation_and_attempt_are_on_the_lines_of_their_step() {
    let mut session = session(false);
    let (logs, _) = invocation(&mut session, 3, "r-1", "", &first_lines());
    let of = |body: &str, name: &str| {
        let log = logs.iter().find(|log| log.body == body).unwrap();
        attribute(&log.attributes, name).cloned()
    };
    assert_eq!(of("charged", "durable.operation.id"), Some(Value::from("o-1")));
    assert_eq!(of("charged", "durable.attempt.number"), Some(Value::Int(1)));
    assert_eq!(of("start", "durable.operation.id"), None);
}

#[test]
fn ids_stay_where_lines_left_before_the_execution_was_known() {
    let mut session = session(false);
    let start = json!({"requestId": "r-1", "tracing": {"value": header(1, 0)}});
    tell(
        &mut session,
        3,
        &[("platform.start", start), ("function", "start\n".into())],
    );
    session.commit();
    let early = session.take(Signal::Logs, usize::MAX, NOW).logs.remove(0);
    let (logs, spans) = {
        let done = json!({"requestId": "r-1", "status": "success", "metrics": {"durationMs": 12.0}});
        tell(
            &mut session,
            9,
            &[("function", logged("late", None)), ("platform.runtimeDone", done)],
        );
        let logs = session.take(Signal::Logs, usize::MAX, NOW).logs;
        (logs, session.take(Signal::Traces, usize::MAX, NOW).spans)
    };
    let invoke = spans.iter().find(|span| span.name == "orders").unwrap();
    assert_eq!(early.context(), Some(invoke.context));
    assert_eq!(logs[0].context(), Some(invoke.context));
    let root = spans.iter().find(|span| span.name.ends_with("execution")).unwrap();
    assert_eq!(
        (invoke.parent_span_id, invoke.links.clone()),
        (None, vec![root.context.into()])
    );
}

#[test]
fn metrics_of_executions_are_apart() {
    let function = FunctionIdentity::default();
    let mut session = Session::new(&function, &SendingConfig::default()).with_platform_metrics(true);
    invocation(&mut session, 3, "r-1", "", &first_lines());
    invocation(&mut session, 5, "r-2", "", &["plain\n".into()]);
    session.end("spindown", NOW);
    let request = session
        .take(Signal::Metrics, usize::MAX, NOW)
        .forwarded
        .remove(0)
        .request;
    let text = String::from_utf8_lossy(&request);
    assert_eq!(text.matches("faas.invocations").count(), 2);
    assert!(text.contains(ARN));
}

#[test]
fn an_ordinary_function_repeats_nothing() {
    let function = FunctionIdentity::default();
    let mut session = Session::new(&function, &SendingConfig::default());
    for (second, id) in [(3, "r-1"), (5, "r-2")] {
        let (logs, spans) = invocation(&mut session, second, id, &header(1, 0), &["start\n".into()]);
        assert!(logs[0].attributes.is_empty() && spans.len() == 1);
    }
}
