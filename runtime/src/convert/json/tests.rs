use super::values::{DEEPEST, LONGEST_NESTED};
use super::*;
use crate::record::Value;
use crate::timestamp;
use proptest::prelude::*;

fn attribute<'a>(fields: &'a Fields, name: &str) -> Option<&'a Value> {
    fields
        .attributes
        .iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value)
}

#[test]
fn lambda_json_lines() {
    let fields = parse(
        r#"{"timestamp":"2026-11-23T16:03:31Z","level":"WARNING","message":"two\nlines","logger":"root","requestId":"r-1","k":1}"#,
    )
    .unwrap();
    assert_eq!(fields.time, timestamp::parse("2026-11-23T16:03:31Z"));
    assert_eq!(fields.severity, Severity::Warn);
    assert_eq!(fields.request_id.as_deref(), Some("r-1"));
    assert_eq!(fields.message.as_deref(), Some("two\nlines"));
    assert_eq!(
        fields.attributes,
        [("logger".into(), Value::from("root")), ("k".into(), Value::Int(1))]
    );
}

#[test]
fn errors_become_exceptions() {
    let fields = parse(
        r#"{"level":"ERROR","errorMessage":"handler failed","errorType":"TypeError","requestId":"r","stackTrace":["  File \"a\"\n","  File \"b\"\n"]}"#,
    )
    .unwrap();
    assert_eq!(fields.message.as_deref(), Some("TypeError: handler failed"));
    assert_eq!(fields.exception.kind.as_deref(), Some("TypeError"));
    assert_eq!(fields.exception.stack.as_deref(), Some("  File \"a\"\n  File \"b\""));
    let nested = parse(
        r#"{"level":"WARN","message":{"errorType":"Error","errorMessage":"logged","stackTrace":["Error: logged"],"code":"E1"}}"#,
    )
    .unwrap();
    assert_eq!(nested.message.as_deref(), Some("Error: logged"));
    assert_eq!(attribute(&nested, "code"), Some(&Value::from("E1")));
    assert_eq!(nested.exception.message.as_deref(), Some("logged"));
}

#[test]
fn logged_objects_keep_their_fields() {
    let fields = parse(r#"{"level":"INFO","message":{"order":7,"ok":true}}"#).unwrap();
    assert_eq!(fields.message.as_deref(), Some(r#"{"order":7,"ok":true}"#));
    assert_eq!(attribute(&fields, "order"), Some(&Value::Int(7)));
}

#[test]
fn other_loggers() {
    let pino = parse(r#"{"level":50,"time":1763913811064,"msg":"hi","pid":1,"type":"x"}"#).unwrap();
    assert_eq!((pino.severity, pino.message.as_deref()), (Severity::Error, Some("hi")));
    assert_eq!(pino.time, Some(1_763_913_811_064_000_000));
    assert_eq!(attribute(&pino, "app.type"), Some(&Value::from("x")));
    let traced =
        parse(r#"{"trace_id":"5759e988bd862e3fe1be46a994272793","span_id":"53995c3f42cd8ad8","message":3}"#).unwrap();
    assert!(traced.trace_id.is_some() && traced.span_id.is_some());
    assert_eq!(traced.message.as_deref(), Some("3"));
}

#[test]
fn fields_of_another_kind_stay_attributes() {
    let fields = parse(r#"{"level":{"a":1},"timestamp":"soon","requestId":5,"trace_id":"none"}"#).unwrap();
    assert_eq!(fields.attributes.len(), 4);
    assert_eq!(fields.message, None);
}

#[test]
fn only_objects_are_records() {
    for json in ["[1]", "\"text\"", "{\"a\":", "{a}", ""] {
        assert_eq!(parse(json), None, "{json}");
    }
    let nested = |levels: usize| format!(r#"{{"a":{}"]"{}}}"#, "[".repeat(levels), "]".repeat(levels));
    assert!(matches!(
        parse(&nested(DEEPEST)).unwrap().attributes[0].1,
        Value::Array(_)
    ));
    assert!(matches!(
        parse(&nested(DEEPEST + 1)).unwrap().attributes[0].1,
        Value::String(_)
    ));
    let long = format!(r#"{{"a":["{}"]}}"#, "x".repeat(LONGEST_NESTED));
    assert!(matches!(parse(&long).unwrap().attributes[0].1, Value::String(_)));
    let deep = format!("{{\"a\":{}1{}}}", "[".repeat(500), "]".repeat(500));
    assert!(parse(&deep).is_none_or(|fields| matches!(fields.attributes[0].1, Value::String(_))));
}

proptest! {
    #[test]
    fn never_panics(text in "\\{.{0,80}\\}") {
        let _ = parse(&text);
    }

    #[test]
    fn every_field_is_kept(keys in prop::collection::btree_set("[a-z]{1,8}", 0..8), number in any::<i64>()) {
        let object: serde_json::Map<String, serde_json::Value> =
            keys.iter().map(|key| (format!("x{key}"), number.into())).collect();
        let fields = parse(&serde_json::Value::Object(object).to_string()).unwrap();
        prop_assert_eq!(fields.attributes.len(), keys.len());
        prop_assert!(fields.attributes.iter().all(|(_, value)| *value == Value::Int(number)));
    }
}

#[test]
fn whole_numbers_keep_their_digits() {
    let fields = parse(
        r#"{"a":9223372036854775807,"b":9223372036854775808,"c":13204366237012237818,"d":-9223372036854775809,
            "e":340282366920938463463374607431768211455,"f":1e3,"g":0.12345678901234567890,"h":-9223372036854775808,
            "nested":{"id":18446744073709551615,"list":[1,123456789012345678901234567890],"t":"\"1234567890123456789012"},
            "flat":{"id":18446744073709551615}}"#,
    )
    .unwrap();
    let value = |name: &str| fields.attributes.iter().find(|(key, _)| key == name).unwrap().1.clone();
    assert_eq!(value("a"), Value::Int(i64::MAX));
    assert_eq!(value("b"), Value::from("9223372036854775808"));
    assert_eq!(value("c"), Value::from("13204366237012237818"));
    assert_eq!(value("d"), Value::from("-9223372036854775809"));
    assert_eq!(value("e"), Value::from("340282366920938463463374607431768211455"));
    assert_eq!(value("f"), Value::Double(1_000.0));
    assert!(matches!(value("g"), Value::Double(_)));
    assert_eq!(value("h"), Value::Int(i64::MIN));
    let list = vec![Value::Int(1), Value::from("123456789012345678901234567890")];
    assert_eq!(
        value("nested"),
        Value::Map(vec![
            ("id".into(), Value::from("18446744073709551615")),
            ("list".into(), Value::Array(list)),
            ("t".into(), Value::from("\"1234567890123456789012")),
        ])
    );
    assert_eq!(
        value("flat"),
        Value::Map(vec![("id".into(), Value::from("18446744073709551615"))])
    );
}

#[test]
fn of_a_key_twice_the_last_counts() {
    let fields =
        parse(r#"{"level":"info","order":1,"level":"error","message":"first","order":2,"message":"second"}"#).unwrap();
    assert_eq!(
        (fields.severity, fields.message.as_deref()),
        (Severity::Error, Some("second"))
    );
    assert_eq!(fields.attributes, [("order".into(), Value::Int(2))]);
    let nested = parse(r#"{"message":"m","order":{"id":1,"sku":"a","id":2}}"#).unwrap();
    let order = Value::Map(vec![("id".into(), Value::Int(2)), ("sku".into(), Value::from("a"))]);
    assert_eq!(nested.attributes, [("order".into(), order)]);
}
