use super::*;
use crate::invocation::{StatusCode, hex, hex_text};
use crate::record::{SpanKind, TraceContext, Value};
use proptest::prelude::*;
use serde::Deserialize;
use std::sync::LazyLock;

/// The cases that the tests of the tracing layers also replay.
const CASES: &str = include_str!("../../tests/fixtures/triggers.json");

const NOW: u64 = 1_795_953_600_000_000_000;
const PARENT: &str = "b7ad6b7169203331";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Case {
    title: String,
    trigger: String,
    event: serde_json::Value,
    name: Option<String>,
    kind: String,
    faas: String,
    #[serde(default)]
    attributes: serde_json::Map<String, serde_json::Value>,
    #[serde(default)]
    is_child: bool,
}

static READ: LazyLock<Vec<Case>> = LazyLock::new(|| serde_json::from_str(CASES).unwrap());

fn cases() -> &'static [Case] {
    &READ
}

fn case(title: &str) -> serde_json::Value {
    cases().iter().find(|case| case.title == title).unwrap().event.clone()
}

fn read(event: &serde_json::Value, heading: &Heading) -> Begun {
    let event = serde_json::to_vec(event).unwrap();
    begun(heading, &event, event.len() as u64, NOW)
}

fn attribute<'b>(begun: &'b Begun, name: &str) -> Option<&'b Value> {
    begun
        .attributes
        .iter()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value)
}

#[test]
fn every_trigger_has_kind_name_attributes_and_parent() {
    for case in cases() {
        let begun = read(&case.event, &Heading::default());
        let title = &case.title;
        assert_eq!((begun.trigger, begun.faas), (&*case.trigger, &*case.faas), "{title}");
        let kind = match begun.kind {
            SpanKind::Consumer => "CONSUMER",
            _ => "SERVER",
        };
        assert_eq!(kind, case.kind, "{title}");
        if case.name.is_some() {
            assert_eq!(begun.span_name, case.name, "{title}");
        }
        for (name, expected) in &case.attributes {
            let found = attribute(&begun, name).cloned();
            let expected: Option<Value> = serde_json::from_value(expected.clone()).unwrap();
            assert_eq!(found, expected.filter(|value| *value != Value::Null), "{title}: {name}");
        }
        let parent = begun.origin.parent.map(|parent| hex_text(&parent.span_id));
        assert_eq!(parent.as_deref(), case.is_child.then_some(PARENT), "{title}");
    }
}

#[test]
fn where_an_invocation_comes_from() {
    let stored = "Root=1-00000001-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1";
    let own = format!(
        "Root=1-{:x}-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
        NOW / 1_000_000_000
    );
    let xrays = TraceContext {
        trace_id: hex("00000001bd862e3fe1be46a994272793").unwrap(),
        span_id: hex("53995c3f42cd8ad8").unwrap(),
    };
    let heading = |trace: &str, client_context: &str| Heading {
        request_id: "r".into(),
        trace: trace.into(),
        client_context: client_context.into(),
    };
    let client = format!(r#"{{"custom":{{"traceparent":"00-0af7651916cd43dd8448eb211c80319c-{PARENT}-01"}}}}"#);
    let begun = read(&serde_json::json!({"order": 7}), &heading(stored, &client));
    assert_eq!(
        begun.origin.parent.map(|parent| hex_text(&parent.span_id)).as_deref(),
        Some(PARENT)
    );
    let begun = read(&serde_json::json!({}), &heading(stored, ""));
    assert_eq!(begun.origin.parent, Some(xrays));
    let begun = read(&serde_json::json!({}), &heading(&own, ""));
    assert_eq!(
        (begun.origin.parent, begun.origin.xray_parent),
        (None, Some(xrays.span_id))
    );
    assert!(begun.origin.trace_id.is_some());
    let message = serde_json::json!({"Records": [
        {"eventSource": "aws:sqs", "body": "x", "attributes": {"AWSTraceHeader": stored}}
    ]});
    assert_eq!(read(&message, &heading(&own, "")).origin.parent, Some(xrays));
    assert_eq!(
        read(&case("SQS"), &heading(stored, ""))
            .origin
            .parent
            .map(|parent| hex_text(&parent.span_id))
            .as_deref(),
        Some(PARENT)
    );
    for invalid in [
        "00-00000000000000000000000000000000-b7ad6b7169203331-01",
        "ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-x",
        "00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01",
        "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331",
    ] {
        let begun = read(&serde_json::json!({"traceparent": invalid}), &Heading::default());
        assert_eq!(begun.origin.parent, None, "{invalid}");
    }
}

#[test]
fn several_messages_are_links() {
    let record = |number: usize| {
        serde_json::json!({
            "messageId": format!("m-{number}"),
            "eventSource": "aws:sqs",
            "messageAttributes": match number % 2 {
                0 => serde_json::json!({"traceparent": {"stringValue": format!("00-0af7651916cd43dd8448eb211c80319c-{PARENT}-01")}}),
                _ => serde_json::json!({}),
            },
        })
    };
    let batch = |count: usize| serde_json::json!({"Records": (0..count).map(record).collect::<Vec<_>>()});
    let begun = read(&batch(3), &Heading::default());
    let ids: Vec<&Value> = begun.origin.links.iter().map(|link| &link.attributes[0].1).collect();
    assert_eq!(ids, [&Value::from("m-0"), &Value::from("m-2")]);
    assert_eq!(
        (begun.origin.parent, attribute(&begun, "messaging.batch.message_count")),
        (None, Some(&Value::Int(3)))
    );
    assert_eq!(read(&batch(500), &Heading::default()).origin.links.len(), 128);
}

#[test]
fn the_beginning_of_a_large_event_is_enough() {
    // In Lambda's events the body is the last field.
    let whole = case("API Gateway, HTTP").to_string();
    let cut = format!(
        "{},\"body\":\"{}",
        whole.trim_end_matches('}').to_owned() + "}}",
        "x".repeat(100)
    );
    let begun = begun(&Heading::default(), cut.as_bytes(), 6_000_000, NOW);
    assert_eq!((begun.trigger, begun.bytes), ("api-gateway-http", 6_000_000));
    assert!(begun.origin.parent.is_some());
}

#[test]
fn the_status_code_of_a_response() {
    let of = |body: &str| response("r".into(), body.as_bytes(), body.len() as u64).status;
    assert_eq!(of(r#"{"statusCode":404}"#), StatusCode::Code(404));
    assert_eq!(of(r#"{"statusCode":"503"}"#), StatusCode::Code(503));
    assert_eq!(of(r#"{"statusCode":200.0}"#), StatusCode::Code(200));
    assert_eq!(of(r#"{"message":"hello"}"#), StatusCode::Missing);
    assert_eq!(of(r#""hello""#), StatusCode::Missing);
    for unknown in [
        "",
        "null",
        r#"{"statusCode":2000}"#,
        r#"{"statusCode":"+20"}"#,
        r#"{"statusCode":null}"#,
    ] {
        assert_eq!(of(unknown), StatusCode::Unknown, "{unknown}");
    }
    let failures = r#"{"batchItemFailures":[{"itemIdentifier":"m-1"},{}]}"#;
    assert_eq!(response("r".into(), failures.as_bytes(), 1).failed_items, ["m-1", ""]);
}

fn json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        any::<i64>().prop_map(Into::into),
        "[a-z:/%{]{0,12}".prop_map(Into::into),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Into::into),
            prop::collection::vec(("[a-zA-Z]{1,12}", inner), 0..4)
                .prop_map(|fields| serde_json::Value::Object(fields.into_iter().collect())),
        ]
    })
}

/// The event with the value at a path replaced.
fn broken(event: &mut serde_json::Value, path: &[usize], by: serde_json::Value) {
    let inner = match (path.split_first(), &mut *event) {
        (Some((at, rest)), serde_json::Value::Object(fields)) if !fields.is_empty() => {
            let count = fields.len();
            fields.values_mut().nth(at % count).map(|value| (value, rest))
        }
        (Some((at, rest)), serde_json::Value::Array(items)) if !items.is_empty() => {
            let count = items.len();
            items.get_mut(at % count).map(|value| (value, rest))
        }
        _ => None,
    };
    match inner {
        Some((value, rest)) => broken(value, rest, by),
        None => *event = by,
    }
}

proptest! {
    #[test]
    fn any_event_is_survived(event in json()) {
        let heading = Heading { client_context: event.to_string(), trace: event.to_string(), ..Heading::default() };
        read(&event, &heading);
    }

    #[test]
    fn anything_at_any_place_is_survived(
        number in 0_usize..100,
        path in prop::collection::vec(0_usize..20, 1..6),
        by in json(),
        end in any::<prop::sample::Index>(),
    ) {
        let mut event = cases()[number % cases().len()].event.clone();
        broken(&mut event, &path, by);
        read(&event, &Heading::default());
        let text = event.to_string();
        begun(&Heading::default(), &text.as_bytes()[..end.index(text.len())], 1, NOW);
        response("r".into(), text.as_bytes(), 1);
        failure("r".into(), "", text.as_bytes(), 1);
    }
}
