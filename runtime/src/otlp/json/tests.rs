//! JSON requests compared with the equivalent messages.

use proptest::prelude::*;
use prost::Message;
use serde_json::{Value, json};

use super::to_protobuf;
use crate::otlp::messages::collector::{ExportLogsServiceRequest, ExportTraceServiceRequest};
use crate::otlp::messages::common::{
    AnyValue, ArrayValue, EntityRef, InstrumentationScope, KeyValue, KeyValueList, Value as Any,
};
use crate::otlp::messages::logs::{LogRecord, ResourceLogs, ScopeLogs};
use crate::otlp::messages::resource::Resource;
use crate::otlp::messages::trace::{Event, Link, ResourceSpans, ScopeSpans, Span, Status};
use crate::record::Signal;

pub(super) fn read<M: Message + Default>(signal: Signal, json: &Value) -> M {
    M::decode(to_protobuf(signal, json.to_string().as_bytes()).unwrap()).unwrap()
}

fn some(value: Any) -> Option<AnyValue> {
    Some(AnyValue { value: Some(value) })
}

fn text(text: &str) -> Option<AnyValue> {
    some(Any::StringValue(text.into()))
}

pub(super) fn attributes() -> (Value, Vec<KeyValue>) {
    let json = json!([{"key": "k", "value": {"stringValue": "v"}}]);
    let attribute = KeyValue {
        key: "k".into(),
        value: text("v"),
    };
    (json, vec![attribute])
}

pub(super) fn resource() -> (Value, Option<Resource>) {
    let (json, attributes) = attributes();
    let entity = json!({"schemaUrl": "u", "type": "host", "idKeys": ["a", "b"], "descriptionKeys": ["c"]});
    let resource = Resource {
        attributes,
        dropped_attributes_count: 1,
        entity_refs: vec![EntityRef {
            schema_url: "u".into(),
            r#type: "host".into(),
            id_keys: vec!["a".into(), "b".into()],
            description_keys: vec!["c".into()],
        }],
    };
    let json = json!({"attributes": json, "droppedAttributesCount": 1, "entityRefs": [entity]});
    (json, Some(resource))
}

pub(super) fn scope() -> (Value, Option<InstrumentationScope>) {
    let (json, attributes) = attributes();
    let json = json!({"name": "n", "version": "1", "attributes": json, "droppedAttributesCount": 2});
    let scope = InstrumentationScope {
        name: "n".into(),
        version: "1".into(),
        attributes,
        dropped_attributes_count: 2,
    };
    (json, Some(scope))
}

/// A request with everything around one list of items.
pub(super) fn request(signal: &str, items: &str, list: Value) -> Value {
    let scope_key = format!("scope{signal}");
    let mut scoped = json!({"scope": scope().0, "schemaUrl": "scope", "unknown": {"deep": [1, {"x": null}]}});
    scoped[items] = list;
    let mut entry = json!({"resource": resource().0, "schemaUrl": "resource"});
    entry[&scope_key] = json!([scoped]);
    let mut request = json!({"unknownToo": [[], "x"]});
    request[format!("resource{signal}")] = json!([entry]);
    request
}

#[test]
fn logs_with_every_field() {
    let json = json!([{
        "timeUnixNano": "1544712660300000000", "observedTimeUnixNano": 1544712660300000001u64,
        "severityNumber": "SEVERITY_NUMBER_WARN2", "severityText": "WARN2", "body": {"stringValue": "text"},
        "attributes": attributes().0, "droppedAttributesCount": 3, "flags": 257,
        "traceId": "5B8EFFF798038103D269B633813FC60C", "spanId": "eee19b7ec3c1b174", "eventName": "e"
    }]);
    let log = LogRecord {
        time_unix_nano: 1_544_712_660_300_000_000,
        observed_time_unix_nano: 1_544_712_660_300_000_001,
        severity_number: 14,
        severity_text: "WARN2".into(),
        body: text("text"),
        attributes: attributes().1,
        dropped_attributes_count: 3,
        flags: 257,
        trace_id: vec![
            0x5b, 0x8e, 0xff, 0xf7, 0x98, 0x03, 0x81, 0x03, 0xd2, 0x69, 0xb6, 0x33, 0x81, 0x3f, 0xc6, 0x0c,
        ],
        span_id: vec![0xee, 0xe1, 0x9b, 0x7e, 0xc3, 0xc1, 0xb1, 0x74],
        event_name: "e".into(),
    };
    let scope_logs = vec![ScopeLogs {
        scope: scope().1,
        log_records: vec![log],
        schema_url: "scope".into(),
    }];
    let resource_logs = vec![ResourceLogs {
        resource: resource().1,
        scope_logs,
        schema_url: "resource".into(),
    }];
    let expected = ExportLogsServiceRequest { resource_logs };
    assert_eq!(
        read::<ExportLogsServiceRequest>(Signal::Logs, &request("Logs", "logRecords", json)),
        expected
    );
}

#[test]
fn spans_with_every_field() {
    let json = json!([{
        "traceId": "0102", "spanId": "03", "parentSpanId": "04", "traceState": "a=b", "flags": 1, "name": "n", "kind": 2,
        "startTimeUnixNano": "1", "endTimeUnixNano": "2", "attributes": attributes().0, "droppedAttributesCount": 1,
        "events": [{"timeUnixNano": "5", "name": "e", "attributes": attributes().0, "droppedAttributesCount": 2}],
        "droppedEventsCount": 3,
        "links": [{"traceId": "05", "spanId": "06", "traceState": "c=d", "attributes": attributes().0,
            "droppedAttributesCount": 4, "flags": 7}],
        "droppedLinksCount": 5, "status": {"message": "m", "code": "STATUS_CODE_ERROR"}
    }]);
    let span = Span {
        trace_id: vec![1, 2],
        span_id: vec![3],
        parent_span_id: vec![4],
        trace_state: "a=b".into(),
        flags: 1,
        name: "n".into(),
        kind: 2,
        start_time_unix_nano: 1,
        end_time_unix_nano: 2,
        attributes: attributes().1,
        dropped_attributes_count: 1,
        events: vec![Event {
            time_unix_nano: 5,
            name: "e".into(),
            attributes: attributes().1,
            dropped_attributes_count: 2,
        }],
        dropped_events_count: 3,
        links: vec![Link {
            trace_id: vec![5],
            span_id: vec![6],
            trace_state: "c=d".into(),
            attributes: attributes().1,
            dropped_attributes_count: 4,
            flags: 7,
        }],
        dropped_links_count: 5,
        status: Some(Status {
            message: "m".into(),
            code: 2,
        }),
    };
    let scope_spans = vec![ScopeSpans {
        scope: scope().1,
        spans: vec![span],
        schema_url: "scope".into(),
    }];
    let resource_spans = vec![ResourceSpans {
        resource: resource().1,
        scope_spans,
        schema_url: "resource".into(),
    }];
    let expected = ExportTraceServiceRequest { resource_spans };
    assert_eq!(
        read::<ExportTraceServiceRequest>(Signal::Traces, &request("Spans", "spans", json)),
        expected
    );
}

/// The body of a log record with this JSON body.
fn body(json: Value) -> Result<Option<AnyValue>, serde_json::Error> {
    let request = json!({"resourceLogs": [{"scopeLogs": [{"logRecords": [{"body": json}]}]}]});
    let bytes = to_protobuf(Signal::Logs, request.to_string().as_bytes())?;
    let mut request = ExportLogsServiceRequest::decode(bytes).unwrap();
    Ok(request.resource_logs[0].scope_logs[0].log_records.remove(0).body)
}

#[test]
fn values_of_every_type() {
    for (json, value) in [
        (json!({"intValue": "-7"}), Any::IntValue(-7)),
        (json!({"intValue": 7}), Any::IntValue(7)),
        (json!({"intValue": 7.0}), Any::IntValue(7)),
        (json!({"boolValue": false}), Any::BoolValue(false)),
        (json!({"doubleValue": -1e300}), Any::DoubleValue(-1e300)),
        (json!({"doubleValue": "Infinity"}), Any::DoubleValue(f64::INFINITY)),
        (json!({"bytesValue": "/+8="}), Any::BytesValue(vec![0xff, 0xef])),
        (json!({"bytesValue": "_-8"}), Any::BytesValue(vec![0xff, 0xef])),
        (
            json!({"stringValue": "a\n\u{1f600}"}),
            Any::StringValue("a\n\u{1f600}".into()),
        ),
        (
            json!({"arrayValue": {"values": [{"intValue": 1}, {}]}}),
            Any::ArrayValue(ArrayValue {
                values: vec![
                    AnyValue {
                        value: Some(Any::IntValue(1)),
                    },
                    AnyValue::default(),
                ],
            }),
        ),
        (
            json!({"kvlistValue": {"values": attributes().0}}),
            Any::KvlistValue(KeyValueList { values: attributes().1 }),
        ),
    ] {
        assert_eq!(body(json.clone()).unwrap(), some(value), "{json}");
    }
    assert_eq!(body(Value::Null).unwrap(), None);
    assert_eq!(
        body(json!({"stringValue": null, "unknown": 1})).unwrap(),
        Some(AnyValue::default())
    );
}

#[test]
fn says_what_does_not_fit_and_where() {
    for json in [
        json!("text"),
        json!([]),
        json!({"arrayValue": {"values": {}}}),
        json!({"arrayValue": 1}),
        json!({"arrayValue": {"values": [[]]}}),
    ] {
        let error = body(json.clone()).expect_err(&json.to_string()).to_string();
        assert!(error.contains("does not fit at line 1 column"), "{json}: {error}");
    }
    let error = to_protobuf(Signal::Traces, br#"{"resourceSpans":7}"#)
        .unwrap_err()
        .to_string();
    assert!(error.starts_with("the value of resourceSpans does not fit"), "{error}");
    for text in ["", "[]", "{", "{} {}", "null"] {
        assert!(to_protobuf(Signal::Logs, text.as_bytes()).is_err(), "{text}");
    }
    assert_eq!(to_protobuf(Signal::Logs, b" {} ").unwrap(), "");
}

#[test]
fn nesting_is_bounded() {
    let deep = "{\"arrayValue\":{\"values\":[".repeat(10_000);
    let text = format!("{{\"resourceLogs\":[{{\"scopeLogs\":[{{\"logRecords\":[{{\"body\":{deep}");
    let error = to_protobuf(Signal::Logs, text.as_bytes()).unwrap_err().to_string();
    assert!(error.contains("recursion limit"), "{error}");
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "[\\[\\]{}\":,a-z0-9]{0,60}") {
        for signal in Signal::ALL {
            let _ = to_protobuf(signal, &bytes);
            let _ = to_protobuf(signal, text.as_bytes());
        }
    }

    #[test]
    fn any_text_and_number_arrives(content in "\\PC*", number: i64) {
        prop_assert_eq!(body(json!({"stringValue": content})).unwrap(), text(&content));
        prop_assert_eq!(body(json!({"intValue": number.to_string()})).unwrap(), some(Any::IntValue(number)));
        prop_assert_eq!(body(json!({"intValue": number})).unwrap(), some(Any::IntValue(number)));
    }
}

mod fields;
mod metrics;
