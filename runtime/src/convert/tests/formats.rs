//! Output of every runtime, in each of its log formats: the fixtures contain the expected records.

use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::convert::join::Joiner;
use crate::convert::logs;
use crate::record::{Log, Origin, Value};
use crate::timestamp;

/// When Lambda received the records.
const OBSERVED: u64 = 1_772_600_768_000_000_000;

/// The records of some events in their order, and the resulting logs.
#[derive(Deserialize)]
struct Case {
    case: String,
    records: Vec<Box<RawValue>>,
    logs: Vec<Expected>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Expected {
    body: String,
    severity: String,
    #[serde(default)]
    time: Option<String>,
    #[serde(default)]
    request_id: Option<String>,
    attributes: Value,
}

fn logs_of<'a>(records: impl IntoIterator<Item = &'a str>) -> Vec<Log> {
    let (mut kept, mut joiner) = (Vec::new(), Joiner::default());
    for record in records {
        let log = logs::from_line(Origin::Function, OBSERVED, record);
        joiner.offer(log, &mut |log| kept.push(log));
    }
    joiner.close(&mut |log| kept.push(log));
    kept
}

fn sorted(mut entries: Vec<(String, Value)>) -> Vec<(String, Value)> {
    entries.sort_by(|(one, _), (other, _)| one.cmp(other));
    entries
}

fn check(log: Log, expected: Expected, title: &str) {
    assert_eq!(log.body, expected.body, "{title}");
    assert_eq!(log.severity.text(), expected.severity, "{title}");
    let time = expected.time.map_or(OBSERVED, |time| timestamp::parse(&time).unwrap());
    assert_eq!(log.time, time, "{title}");
    assert_eq!(log.request_id.as_deref(), expected.request_id.as_deref(), "{title}");
    let attributes = log
        .attributes
        .into_iter()
        .map(|(key, value)| (key.into_owned(), value))
        .collect();
    let Value::Map(wanted) = expected.attributes else {
        panic!("{title}: attributes are no object")
    };
    assert_eq!(sorted(attributes), sorted(wanted), "{title}");
}

#[test]
fn every_format_has_its_meaning() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/log-formats");
    let mut cases = 0;
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        for line in fs::read_to_string(&path).unwrap().lines() {
            let case: Case = serde_json::from_str(line).unwrap();
            let title = format!("{}: {}", path.file_stem().unwrap().to_string_lossy(), case.case);
            let logs = logs_of(case.records.iter().map(|record| record.get()));
            let bodies: Vec<&str> = logs.iter().map(|log| log.body.as_str()).collect();
            assert_eq!(logs.len(), case.logs.len(), "{title}: {bodies:#?}");
            for (log, expected) in logs.into_iter().zip(case.logs) {
                check(log, expected, &title);
            }
            cases += 1;
        }
    }
    assert!(cases > 80, "{cases} cases were found");
}
