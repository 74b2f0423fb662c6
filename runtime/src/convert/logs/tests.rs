use super::*;
use crate::timestamp;
use proptest::prelude::*;

fn line(text: &str) -> Log {
    from_line(Origin::Function, 42, &serde_json::Value::from(text).to_string())
}

#[test]
fn text_lines() {
    let log = line("2026-11-23T16:03:18.969Z\treq-1\tWARN\thello\n");
    assert_eq!(log.body, "hello");
    assert_eq!(log.severity, Severity::Warn);
    assert_eq!(log.request_id.as_deref(), Some("req-1"));
    assert_eq!(log.time, timestamp::parse("2026-11-23T16:03:18.969Z").unwrap());
    assert_eq!(log.observed, 42);
}

#[test]
fn bare_lines_have_the_platforms_time() {
    let log = line("raw stdout\n");
    assert_eq!(
        (log.body.as_str(), log.time, log.severity),
        ("raw stdout", 42, Severity::Unspecified)
    );
}

#[test]
fn a_json_message_within_a_text_line_keeps_both() {
    let log = line("2026-11-23T16:03:18.969Z\treq-1\tINFO\t{\"level\":\"error\",\"message\":\"hi\",\"n\":2}\n");
    assert_eq!((log.body.as_str(), log.severity), ("hi", Severity::Error));
    assert_eq!(log.request_id.as_deref(), Some("req-1"));
    assert_eq!(log.attributes, [("n".into(), Value::Int(2))]);
    assert_eq!(log.time, timestamp::parse("2026-11-23T16:03:18.969Z").unwrap());
}

#[test]
fn a_json_text_within_a_json_record_gives_its_fields() {
    let inner = r#"{\"level\":\"warn\",\"msg\":\"hi\",\"n\":2,\"requestId\":\"app\",\"trace_id\":\"x\"}"#;
    let record =
        format!(r#"{{"timestamp":"2026-11-23T16:03:18Z","level":"INFO","requestId":"r","message":"{inner}"}}"#);
    let log = from_line(Origin::Function, 42, &record);
    assert_eq!((log.body.as_str(), log.severity), ("hi", Severity::Warn));
    assert_eq!(log.request_id.as_deref(), Some("r"));
    let names: Vec<&str> = log.attributes.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names, ["n", "trace_id", "requestId"]);
}

#[test]
fn no_attribute_comes_twice_from_wherever_it_comes() {
    let inner = r#"{\"msg\":\"hi\",\"order\":2,\"requestId\":\"app\"}"#;
    for record in [
        r#"{"level":"error","message":"m","errorType":"T","exception.type":"mine"}"#.to_owned(),
        r#"{"message":"m","type":"order","app.type":"other","type":"last"}"#.to_owned(),
        format!(r#"{{"requestId":"r","order":1,"message":"{inner}"}}"#),
        r#"{"message":{"order":1,"errorType":"T"},"order":2}"#.to_owned(),
    ] {
        let log = from_line(Origin::Function, 42, &record);
        let mut names: Vec<&str> = log.attributes.iter().map(|(name, _)| &**name).collect();
        names.sort_unstable();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all, "{record}: {:?}", log.attributes);
    }
    let log = from_line(
        Origin::Function,
        42,
        r#"{"errorType":"T","errorMessage":"m","exception.type":"mine"}"#,
    );
    assert!(log.attributes.contains(&("exception.type".into(), Value::from("mine"))));
}

#[test]
fn objects_without_a_message_have_their_source_as_body() {
    let log = from_line(Origin::Function, 42, r#"{"task":["app.py"]}"#);
    assert_eq!(log.body, r#"{"task":["app.py"]}"#);
    assert_eq!(log.attributes.len(), 1);
}

#[test]
fn a_record_of_another_kind_is_kept_as_text() {
    assert_eq!(from_line(Origin::Function, 42, "17").body, "17");
    assert_eq!(from_line(Origin::Function, 42, "[1,2]").body, "[1,2]");
}

#[test]
fn inner_carriage_returns_are_line_breaks() {
    assert_eq!(
        line("[ERROR] E: x\rTraceback\r  File\n").body,
        "E: x\nTraceback\n  File"
    );
}

proptest! {
    #[test]
    fn bare_text_is_never_changed_or_lost(text in "[a-zA-Z0-9 _.,;(){}\"\u{a0}é-]{0,80}") {
        prop_assume!(serde_json::from_str::<serde_json::Value>(&text).is_err());
        prop_assert_eq!(line(&format!("{text}\n")).body, text);
    }

    #[test]
    fn any_json_value_is_survived(text in ".{0,120}") {
        let _ = from_line(Origin::Extension, 1, &text);
        let _ = line(&text);
    }
}
