//! Requests with invalid content.

use super::super::tests::read;
use super::super::*;
use crate::otlp::messages::collector::{ExportLogsServiceRequest, ExportTraceServiceRequest};
use crate::otlp::messages::common::{AnyValue, KeyValue, Value as Any};
use crate::otlp::messages::trace::Span;
use proptest::prelude::*;
use prost::Message;
use serde_json::{Value, json};

fn span(json: Value) -> Span {
    let request = json!({"resourceSpans": [{"scopeSpans": [{"spans": [json]}]}]});
    let mut request: ExportTraceServiceRequest = read(Signal::Traces, &request);
    request.resource_spans[0].scope_spans[0].spans.remove(0)
}

fn body(json: Value) -> Option<Any> {
    let request = json!({"resourceLogs": [{"scopeLogs": [{"logRecords": [{"body": json}]}]}]});
    let request: ExportLogsServiceRequest = read(Signal::Logs, &request);
    request.resource_logs[0].scope_logs[0].log_records[0]
        .body
        .clone()?
        .value
}

/// The names of spans in a request with this text as their list.
fn names(spans: &[u8]) -> Vec<String> {
    let text = [&br#"{"resourceSpans":[{"scopeSpans":[{"spans":["#[..], spans, b"]}]}]}"].concat();
    let request = ExportTraceServiceRequest::decode(to_protobuf(Signal::Traces, &text).unwrap()).unwrap();
    let spans = request.resource_spans[0].scope_spans[0].spans.iter();
    spans.map(|span| span.name.clone()).collect()
}

#[test]
fn json_that_is_not_quite_json_is_taken() {
    for (spans, expected) in [
        (&br#"{"name":"hello\ud83d"},{"name":"b"}"#[..], ["hello\u{fffd}", "b"]),
        (
            br#"{"name":"\ude00\ud83d\ud83d\ude00"},{"name":"b"}"#,
            ["\u{fffd}\u{fffd}\u{1f600}", "b"],
        ),
        (b"{\"name\":\"a\xff\"},{\"name\":\"b\xc3\"}", ["a\u{fffd}", "b\u{fffd}"]),
        (b"{\"name\":\"a\tb\n\"},{\"name\":\"\\x\"}", ["a\tb\n", "\\x"]),
        (
            br#"{"name":"NaN \" Infinity","startTimeUnixNano":NaN},{"name":"\u00e9\ud83d"}"#,
            ["NaN \" Infinity", "\u{e9}\u{fffd}"],
        ),
    ] {
        assert_eq!(names(spans), expected);
    }
    let mut with_mark = b"\xef\xbb\xbf".to_vec();
    with_mark.extend(br#"{"resourceLogs":[]}"#);
    assert_eq!(to_protobuf(Signal::Logs, &with_mark).unwrap(), "");
    for no_json in ["", "[]", "{", "{} {}", "null", "\"\\ud83d\""] {
        assert!(to_protobuf(Signal::Logs, no_json.as_bytes()).is_err(), "{no_json}");
    }
}

#[test]
fn numbers_that_their_type_cannot_hold() {
    for (json, value) in [
        (
            json!({"intValue": 9_223_372_036_854_775_808_u64}),
            Some(Any::StringValue("9223372036854775808".into())),
        ),
        (
            json!({"intValue": "18446744073709551615"}),
            Some(Any::StringValue("18446744073709551615".into())),
        ),
        (
            json!({"intValue": "123456789012345678901234567890123456789012"}),
            Some(Any::StringValue("123456789012345678901234567890123456789012".into())),
        ),
        (json!({"intValue": 1.5}), Some(Any::DoubleValue(1.5))),
        (json!({"intValue": "7.0"}), Some(Any::IntValue(7))),
        (json!({"intValue": "much"}), Some(Any::StringValue("much".into()))),
        (json!({"intValue": true}), Some(Any::IntValue(1))),
        (json!({"boolValue": 1}), Some(Any::BoolValue(true))),
        (json!({"boolValue": "TRUE"}), Some(Any::BoolValue(true))),
        (json!({"stringValue": 1}), Some(Any::StringValue("1".into()))),
        (json!({"stringValue": false}), Some(Any::StringValue("false".into()))),
        (json!({"stringValue": ["a"]}), None),
        (json!({"bytesValue": "!"}), Some(Any::StringValue("!".into()))),
        (json!({"doubleValue": "much"}), None),
    ] {
        assert_eq!(body(json.clone()), value, "{json}");
    }
    let times =
        span(json!({"startTimeUnixNano": -5, "endTimeUnixNano": 1e30, "droppedEventsCount": -1, "kind": "NEW_KIND"}));
    assert_eq!((times.start_time_unix_nano, times.end_time_unix_nano), (0, u64::MAX));
    assert_eq!((times.dropped_events_count, times.kind), (0, 0));
}

#[test]
fn ids_in_hexadecimal_and_in_base64() {
    let ids = |trace: &str, span_id: &str| {
        let span = span(json!({"traceId": trace, "spanId": span_id, "parentSpanId": ""}));
        (span.trace_id, span.span_id)
    };
    let expected = (vec![0x5b; 16], vec![0xee; 8]);
    assert_eq!(ids(&"5b".repeat(16), &"EE".repeat(8)), expected);
    assert_eq!(ids("W1tbW1tbW1tbW1tbW1tbWw==", "7u7u7u7u7u4="), expected);
    assert_eq!(ids("W1tbW1tbW1tbW1tbW1tbWw", "7u7u7u7u7u4"), expected);
    assert_eq!(ids("no id", "abc"), (vec![], vec![]));
}

#[test]
fn names_of_fields_in_either_spelling_of_protobufs_json() {
    let json = json!({"resource_spans": [{"scope_spans": [{"spans": [{"trace_id": "5b".repeat(16), "name": "a"}]}]}]});
    let request: ExportTraceServiceRequest = read(Signal::Traces, &json);
    let span = &request.resource_spans[0].scope_spans[0].spans[0];
    assert_eq!((span.name.as_str(), span.trace_id.len()), ("a", 16));
}

fn request_with(name: &[u8], key: &[u8], value: &[u8], schema_url: &[u8]) -> Vec<u8> {
    let nested = |number, content: &[u8]| {
        let mut out = Vec::new();
        crate::protobuf::put(&mut out, number, content);
        out
    };
    let attribute = [nested(1, key), nested(2, &nested(1, value))].concat();
    let span = [nested(5, name), nested(9, &attribute)].concat();
    let scope_spans = [nested(2, &span), nested(3, schema_url), nested(99, b"\xffnew")].concat();
    nested(1, &nested(2, &scope_spans))
}

#[test]
fn texts_in_protobuf_that_are_not_utf8() {
    let repaired = repair::protobuf(Signal::Traces, &request_with(b"n\xff", b"k\xc3", b"\xf0\x9fv", b"\xff")).unwrap();
    let request = ExportTraceServiceRequest::decode(&*repaired).unwrap();
    let scope = &request.resource_spans[0].scope_spans[0];
    assert_eq!(
        (scope.spans[0].name.as_str(), scope.schema_url.as_str()),
        ("n\u{fffd}", "\u{fffd}")
    );
    let value = Some(AnyValue {
        value: Some(Any::StringValue("\u{fffd}v".into())),
    });
    assert_eq!(
        scope.spans[0].attributes,
        [KeyValue {
            key: "k\u{fffd}".into(),
            value
        }]
    );
    let unknown = b"\x9a\x06\x04\xffnew";
    assert!(
        repaired.windows(unknown.len()).any(|window| window == unknown),
        "unknown fields stay"
    );
    assert_eq!(repair::protobuf(Signal::Logs, b"\xff\xff\xff"), None);
}

#[test]
fn fields_of_another_wire_type_are_left_out() {
    // A span whose name is a number, and whose start is a string.
    let span = [0x28, 7, 0x3a, 1, b'x', 0x2a, 1, b'n'];
    let request = [&[0x0a, 12, 0x12, 10, 0x12, 8][..], &span].concat();
    let repaired = repair::protobuf(Signal::Traces, &request).unwrap();
    let request = ExportTraceServiceRequest::decode(&*repaired).unwrap();
    assert_eq!(request.resource_spans[0].scope_spans[0].spans[0].name, "n");
}

proptest! {
    #[test]
    fn valid_protobuf_stays_as_it_is(name in "\\PC{0,20}", value in "\\PC{0,20}") {
        let request = request_with(name.as_bytes(), b"k", value.as_bytes(), b"u");
        prop_assert_eq!(repair::protobuf(Signal::Traces, &request).unwrap(), request);
    }

    #[test]
    fn valid_json_means_the_same_after_it(text in "\\PC{0,20}", escaped in "[a-z\u{1f600}\"\\\\\n]{0,10}") {
        let json = json!({"a": [text, 1.5, null], "b": escaped});
        let repaired = repair::json(json.to_string().as_bytes());
        prop_assert_eq!(serde_json::from_str::<Value>(&repaired).unwrap(), json);
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..200), text in "[\\\\\"u0-9a-fd{}:,NI-]{0,60}") {
        for signal in Signal::ALL {
            let _ = repair::protobuf(signal, &bytes);
        }
        let _ = (repair::json(&bytes), repair::json(text.as_bytes()));
    }
}
