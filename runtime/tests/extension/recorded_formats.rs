//! Everything that AWS's own runtime interface clients wrote for the same calls, by runtime, log format and sink.
//!
//! The meaning of each record is in `fixtures/log-formats`; here every recorded record must keep its text, and its
//! request, severity and errors must be recognised.

use clickstack_extension::convert::join::Joiner;
use clickstack_extension::convert::logs;
use clickstack_extension::record::{Log, Origin};
use serde_json::Value;

/// Every recording: its name and its records in their order.
fn recordings() -> Vec<(String, Vec<Value>)> {
    let lines = include_str!("../fixtures/recorded/log-formats.jsonl").lines();
    let recordings: Vec<_> = lines
        .map(|line| {
            let mut recording: Value = serde_json::from_str(line).unwrap();
            let records = recording["records"].as_array_mut().map(std::mem::take).unwrap();
            (recording["recording"].as_str().unwrap().to_owned(), records)
        })
        .collect();
    assert_eq!(recordings.len(), 16);
    recordings
}

fn logs_of(records: &[Value]) -> Vec<Log> {
    let (mut kept, mut joiner) = (Vec::new(), Joiner::default());
    for record in records {
        let log = logs::from_line(Origin::Function, 42, &record.to_string());
        joiner.offer(log, &mut |log| kept.push(log));
    }
    joiner.close(&mut |log| kept.push(log));
    kept
}

fn is_id(text: &str) -> bool {
    text.len() == 36 && text.bytes().filter(|byte| *byte == b'-').count() == 4
}

/// Request id and level in a record's layout.
fn named(record: &Value) -> Option<(String, String)> {
    let Some(text) = record.as_str() else {
        let id = record["requestId"].as_str().filter(|id| is_id(id))?;
        return Some((id.to_owned(), record["level"].as_str()?.to_owned()));
    };
    let parts: Vec<&str> = text.splitn(4, '\t').collect();
    let (id, level) = match parts[..] {
        [level, _, id, _] if level.starts_with('[') => (id, level.trim_matches(['[', ']'])),
        [_, id, level, _] => (id, level),
        _ => return None,
    };
    is_id(id).then(|| (id.to_owned(), level.to_owned()))
}

fn attribute(log: &Log, name: &str) -> Option<String> {
    let found = log.attributes.iter().find(|(key, _)| key == name)?;
    Some(format!("{:?}", found.1))
}

#[test]
fn every_record_keeps_its_request_and_severity() {
    for (name, records) in recordings() {
        let expected: Vec<_> = records.iter().filter_map(named).collect();
        assert!(expected.len() >= 6, "{name}: {}", expected.len());
        let logs = logs_of(&records);
        let found = logs.iter().filter_map(|log| {
            let id = log.request_id.as_deref().filter(|id| is_id(id))?;
            Some((id.to_owned(), log.severity.text()))
        });
        let level = |level: String| if level == "WARNING" { "WARN".to_owned() } else { level };
        let mut expected: Vec<_> = expected.into_iter().map(|(id, name)| (id, level(name))).collect();
        let mut found: Vec<_> = found.map(|(id, level)| (id, level.to_owned())).collect();
        expected.sort();
        found.sort();
        assert_eq!(found, expected, "{name}");
    }
}

#[test]
fn every_records_text_is_in_one_log() {
    for (name, records) in recordings() {
        let logs = logs_of(&records);
        let shown: String = logs
            .iter()
            .map(|log| format!("{}\n{:?}\n", log.body, log.attributes))
            .collect();
        for text in records.iter().filter_map(Value::as_str) {
            for line in text.split(['\n', '\r']).filter(|line| !line.is_empty()) {
                // A runtime's layout is parsed, and a joined record is split off: the last field and the rest remain.
                let message = line.rsplit('\t').next().unwrap();
                let pieces = message.split("[ERROR]").flat_map(|piece| piece.split('{').take(1));
                for piece in pieces.map(str::trim).filter(|piece| !piece.is_empty()) {
                    assert!(shown.contains(piece), "{name}: {piece:?} is lost");
                }
            }
        }
        for log in &logs {
            assert!(!log.body.starts_with("2026-"), "{name}: {}", log.body);
            assert!(
                !log.body.starts_with('[') || log.body.starts_with("[ERROR] TypeError"),
                "{name}: {}",
                log.body
            );
        }
    }
}

#[test]
fn every_error_is_an_exception() {
    for (name, records) in recordings() {
        let logs = logs_of(&records);
        let of_type = |kind: &str| {
            let kind = format!("{kind:?}");
            let named = |log: &&Log| attribute(log, "exception.type").is_some_and(|shown| shown.contains(&kind));
            logs.iter().filter(named).count()
        };
        assert_eq!(of_type("TypeError"), 1, "{name}: the handler's error");
        let logged = if name.starts_with("python") {
            "ZeroDivisionError"
        } else {
            "Error"
        };
        assert_eq!(
            of_type(logged),
            3,
            "{name}: an error was logged in each of three invocations"
        );
        let with_stack = logs
            .iter()
            .filter(|log| attribute(log, "exception.stacktrace").is_some());
        assert_eq!(with_stack.count(), 4, "{name}");
    }
}
