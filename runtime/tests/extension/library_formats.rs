//! How the lines of every language and library are converted, from the Telemetry API's events to the exported records.
//!
//! The cases are in `fixtures/libraries`, one file for each language; `docs/logs.md` is made from them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use clickstack_extension::config::{FunctionIdentity, SendingConfig};
use clickstack_extension::lambda::events::Invoke;
use clickstack_extension::otlp::messages::collector::ExportLogsServiceRequest;
use clickstack_extension::otlp::messages::common::{AnyValue, KeyValue, Value as Any};
use clickstack_extension::otlp::messages::logs::LogRecord;
use clickstack_extension::otlp::request;
use clickstack_extension::record::{Resource, Signal};
use clickstack_extension::session::Session;
use prost::Message;
use serde::Deserialize;
use serde_json::{Map, Value, json};

const REQUEST_ID: &str = "1f0c7a52-6d1e-4b7e-9a35-2f1d6c0b8e44";
/// When Lambda received the lines: a second after the times in the lines.
const ARRIVAL: &str = "2026-03-04T05:06:08.089Z";
const ARRIVAL_NANOS: u64 = 1_772_600_768_089_000_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    library: String,
    case: String,
    records: Vec<Value>,
    logs: Vec<Expected>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Expected {
    severity: String,
    body: String,
    /// The line's own time is used.
    #[serde(default)]
    timed: bool,
    /// The ids of the line's own trace.
    #[serde(default)]
    trace_id: Option<String>,
    #[serde(default)]
    attributes: BTreeMap<String, Value>,
}

/// What is sent for these records, written in one invocation.
fn exported(records: &[Value]) -> Vec<LogRecord> {
    let mut session = Session::new(&FunctionIdentity::default(), &SendingConfig::default());
    session.invoke(
        &Invoke {
            request_id: REQUEST_ID.into(),
            function_arn: "arn:aws:lambda:us-east-2:123456789012:function:bakery".into(),
            trace_header: String::new(),
            deadline_ms: u64::MAX,
        },
        ARRIVAL_NANOS,
    );
    let event = |kind: &str, record: &Value| json!({"time": ARRIVAL, "type": kind, "record": record});
    let mut events = vec![event("platform.start", &json!({"requestId": REQUEST_ID}))];
    events.extend(records.iter().map(|record| event("function", record)));
    events.push(event(
        "platform.runtimeDone",
        &json!({"requestId": REQUEST_ID, "status": "success"}),
    ));
    let body = Value::from(events).to_string();
    session.telemetry(&body, ARRIVAL_NANOS);
    let records = session.take(Signal::Logs, usize::MAX, ARRIVAL_NANOS);
    assert_eq!(session.drops().buffer_full, 0);
    let bytes = request::encode_logs(&Resource::default(), records.logs, &[]);
    let request = ExportLogsServiceRequest::decode(&*bytes).unwrap();
    let scopes = request.resource_logs.into_iter().flat_map(|logs| logs.scope_logs);
    scopes.flat_map(|scope| scope.log_records).collect()
}

fn plain(value: Option<AnyValue>) -> Value {
    match value.and_then(|value| value.value) {
        None => Value::Null,
        Some(Any::StringValue(text)) => text.into(),
        Some(Any::BoolValue(value)) => value.into(),
        Some(Any::IntValue(value)) => value.into(),
        Some(Any::DoubleValue(value)) => value.into(),
        Some(Any::ArrayValue(list)) => list.values.into_iter().map(|item| plain(Some(item))).collect(),
        Some(Any::KvlistValue(list)) => Value::Object(
            list.values
                .into_iter()
                .map(|KeyValue { key, value, .. }| (key, plain(value)))
                .collect::<Map<_, _>>(),
        ),
        Some(Any::BytesValue(_)) => panic!("a line has no bytes"),
    }
}

fn check(log: LogRecord, expected: &Expected, title: &str) {
    assert_eq!(plain(log.body), Value::from(&*expected.body), "{title}");
    assert_eq!(log.severity_text, expected.severity, "{title}");
    let own_time = log.time_unix_nano.abs_diff(ARRIVAL_NANOS) > 1_000_000;
    assert_eq!(own_time, expected.timed, "{title}: {} is its time", log.time_unix_nano);
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    if let Some(id) = &expected.trace_id {
        assert_eq!(&hex(&log.trace_id), id, "{title}");
    }
    let mut attributes: BTreeMap<String, Value> = log
        .attributes
        .into_iter()
        .map(|KeyValue { key, value, .. }| (key, plain(value)))
        .collect();
    assert_eq!(attributes.remove("type"), Some("function".into()), "{title}");
    assert_eq!(
        attributes.remove("faas.invocation_id"),
        Some(REQUEST_ID.into()),
        "{title}"
    );
    assert_eq!(attributes, expected.attributes, "{title}");
}

#[test]
fn every_librarys_lines_have_their_meaning() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/libraries");
    let mut count = 0;
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        let cases: Vec<Case> =
            serde_json::from_str(&fs::read_to_string(&path).unwrap().replace("$ID", REQUEST_ID)).unwrap();
        for case in cases {
            let title = format!(
                "{}: {}, {}",
                path.file_stem().unwrap().to_string_lossy(),
                case.library,
                case.case
            );
            let logs = exported(&case.records);
            let bodies: Vec<Value> = logs.iter().map(|log| plain(log.body.clone())).collect();
            assert_eq!(logs.len(), case.logs.len(), "{title}: {bodies:#?}");
            for (log, expected) in logs.into_iter().zip(&case.logs) {
                check(log, expected, &title);
            }
            count += 1;
        }
    }
    assert!(count > 150, "{count} cases were found");
}
