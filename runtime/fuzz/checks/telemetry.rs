//! The Telemetry API's body: for any content, no event is lost on the way to the backend, and none is duplicated.

use clickstack_extension::buffer::Usage;
use clickstack_extension::config::{FunctionIdentity, SendingConfig};
use clickstack_extension::diagnostics;
use clickstack_extension::lambda::events::Invoke;
use clickstack_extension::lambda::telemetry::{Event, parse};
use clickstack_extension::otlp::messages::collector::{ExportLogsServiceRequest, ExportTraceServiceRequest};
use clickstack_extension::otlp::request;
use clickstack_extension::record::{Log, Resource, Signal};
use clickstack_extension::session::Session;
use prost::Message;
use serde_json::{Value, json};

const NOW: u64 = 1_763_913_811_000_000_000;
/// The invocation that runs.
pub const REQUEST_ID: &str = "76e7df99-7363-43f0-b967-4462a4be3b5d";
/// Beginning and end of the marker in every line.
const MARK: (&str, &str) = ("<#", "#>");
/// A small buffer, which overflows, and one with room for everything.
const SMALL: usize = 8 * 1024;
const LARGE: usize = 64 * 1024 * 1024;
/// Additional memory for the lines of an open stack trace.
const OPEN_TRACE: usize = 64 * 1024 + 1024;

pub fn check(data: &[u8]) {
    let body = String::from_utf8_lossy(data);
    every_element_is_counted(&body);
    memory_is_bounded(&body);
    let batch = parse(&body);
    if !body.contains(MARK.0) {
        nothing_is_lost(&marked(&batch.events));
    }
}

/// Events and malformed elements together are all elements.
fn every_element_is_counted(body: &str) {
    let batch = parse(body);
    if let Ok(Value::Array(elements)) = serde_json::from_str(body) {
        assert_eq!(batch.events.len() + batch.malformed, elements.len());
    } else {
        let blank = body.chars().all(|c| "[],".contains(c) || c.is_whitespace());
        assert!(
            blank || batch.malformed + batch.events.len() > 0,
            "a broken body is noticed"
        );
    }
}

fn session(buffer: usize) -> Session {
    let sending = SendingConfig {
        buffer: Some(buffer),
        ..SendingConfig::default()
    };
    Session::new(&FunctionIdentity::default(), &sending).with_platform_metrics(true)
}

fn memory_is_bounded(body: &str) {
    let mut session = session(SMALL);
    for _ in 0..3 {
        session.telemetry(body, NOW);
        let Usage { bytes: held, capacity } = session.usage();
        assert!(held <= capacity + OPEN_TRACE, "{held} bytes are held");
    }
    session.end("failure", NOW);
    everything(&mut session);
    assert_eq!(
        (session.usage().bytes, session.waiting()),
        (0, 0),
        "everything has left"
    );
}

/// The events with a marker in every line of the function and of other extensions, and the number of markers.
fn marked(events: &[Event<'_>]) -> (Vec<Value>, usize) {
    let mut marks = 0;
    let mut mark = || {
        marks += 1;
        format!("{}{marks}{}", MARK.0, MARK.1)
    };
    let events = events.iter().filter_map(|event| {
        let mut record: Value = serde_json::from_str(event.record.get()).ok()?;
        let is_line = event.kind == "function" || event.kind == "extension" && !is_own(&record);
        if is_line {
            match &mut record {
                Value::Object(fields) => drop(fields.insert("mark".into(), mark().into())),
                Value::String(text) => {
                    let broken = text.ends_with('\n');
                    *text = format!(
                        "{}{}{}",
                        text.trim_end_matches('\n'),
                        mark(),
                        if broken { "\n" } else { "" }
                    );
                }
                other => *other = format!("{other}{}", mark()).into(),
            }
        }
        Some(json!({"time": event.time, "type": event.kind, "record": record}))
    });
    let events: Vec<Value> = events.collect();
    (events, marks)
}

fn is_own(record: &Value) -> bool {
    diagnostics::is_own_line(&record.to_string())
}

/// Delivers the events in two batches and checks that each marker is in exactly one record.
pub fn nothing_is_lost((events, marks): &(Vec<Value>, usize)) {
    let mut session = session(LARGE);
    session.invoke(
        &Invoke {
            request_id: REQUEST_ID.into(),
            function_arn: "arn:aws:lambda:us-east-2:123456789012:function:orders".into(),
            trace_header: String::new(),
            deadline_ms: u64::MAX,
        },
        NOW,
    );
    let mut logs = Vec::new();
    let (first, second) = events.split_at(events.len() / 2);
    for batch in [first, second] {
        session.telemetry(&Value::from(batch).to_string(), NOW);
        logs.extend(everything(&mut session));
    }
    session.end("spindown", NOW);
    logs.extend(everything(&mut session));
    assert_eq!(session.drops().buffer_full, 0);
    let mut seen = vec![0; *marks];
    for log in &logs {
        for mark in marks_of(log) {
            seen[mark - 1] += 1;
        }
    }
    let wrong = seen.iter().position(|times| *times != 1);
    assert!(
        wrong.is_none(),
        "line {wrong:?} of {events:#?} is in {seen:?} records: {logs:#?}"
    );
}

/// The markers in a record, each once.
fn marks_of(log: &Log) -> Vec<usize> {
    let shown = format!("{log:?}");
    let mut marks: Vec<usize> = shown
        .split(MARK.0)
        .skip(1)
        .filter_map(|rest| rest.split_once(MARK.1)?.0.parse().ok())
        .collect();
    marks.sort_unstable();
    marks.dedup();
    marks
}

/// Takes everything that can be sent, in requests of a few KB, and checks that every request decodes to what was
/// encoded.
fn everything(session: &mut Session) -> Vec<Log> {
    let mut logs = Vec::new();
    for signal in Signal::ALL {
        loop {
            let records = session.take(signal, 4096, NOW);
            if records.is_empty() {
                break;
            }
            reads_back(signal, &records.logs, &records.spans);
            logs.extend(records.logs);
        }
    }
    logs
}

fn reads_back(signal: Signal, logs: &[Log], spans: &[clickstack_extension::record::Span]) {
    let resource = Resource::default();
    match signal {
        Signal::Logs => {
            let bytes = request::encode_logs(&resource, logs.to_vec(), &[]);
            let read = ExportLogsServiceRequest::decode(&*bytes).expect("written by us");
            let count: usize = read
                .resource_logs
                .iter()
                .flat_map(|r| &r.scope_logs)
                .map(|s| s.log_records.len())
                .sum();
            assert_eq!(count, logs.len());
            let again = ExportLogsServiceRequest::decode(&*read.encode_to_vec()).expect("written by prost");
            assert_eq!(again.encode_to_vec(), read.encode_to_vec());
        }
        Signal::Traces => {
            let bytes = request::encode_spans(&resource, spans.to_vec(), &[]);
            let read = ExportTraceServiceRequest::decode(&*bytes).expect("written by us");
            let count: usize = read
                .resource_spans
                .iter()
                .flat_map(|r| &r.scope_spans)
                .map(|s| s.spans.len())
                .sum();
            assert_eq!(count, spans.len());
        }
        Signal::Metrics => {}
    }
}
