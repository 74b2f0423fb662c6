//! The extension's log records, written as protobuf without message structs in between.
//!
//! They are by far the most numerous records. A message struct needs nine allocations per record; this needs none, and
//! a third of the time. Fields and order are those of `opentelemetry/proto/logs/v1/logs.proto`; a test compares with
//! the message structs.

use prost::Message;

use super::value::key_value;
use crate::record::{Log, Severity};

/// Wire types, the low bits of a field's key.
const VARINT: u8 = 0;
const FIXED64: u8 = 1;
const BYTES: u8 = 2;

/// Estimated bytes of a record without its body.
const OVERHEAD: usize = 180;

const fn key(field: u8, wire_type: u8) -> u8 {
    field << 3 | wire_type
}

/// How severities are spelled.
pub type Spelling = fn(Severity) -> &'static str;

/// Appends an `ExportLogsServiceRequest` with one resource and scope, both already encoded.
pub fn write_request(out: &mut Vec<u8>, resource: &[u8], scope: &[u8], logs: Vec<Log>, spelling: Spelling) {
    let estimate = logs.iter().map(|log| log.body.len() + OVERHEAD).sum();
    let mut records = Vec::with_capacity(estimate);
    let mut record = Vec::new();
    for log in logs {
        record.clear();
        write_record(&mut record, log, spelling);
        put_bytes(&mut records, key(2, BYTES), &record);
    }
    let scope_logs = field_length(scope.len()) + records.len();
    let resource_logs = field_length(resource.len()) + field_length(scope_logs);
    out.reserve_exact(field_length(resource_logs));
    put_length(out, key(1, BYTES), resource_logs);
    put_bytes(out, key(1, BYTES), resource);
    put_length(out, key(2, BYTES), scope_logs);
    put_bytes(out, key(1, BYTES), scope);
    out.append(&mut records);
}

fn write_record(out: &mut Vec<u8>, log: Log, spelling: Spelling) {
    put_fixed64(out, key(1, FIXED64), log.time);
    if log.severity.number() > 0 {
        put_varint(out, key(2, VARINT), u64::from(log.severity.number().unsigned_abs()));
        put_bytes(out, key(3, BYTES), spelling(log.severity).as_bytes());
    }
    put_length(out, key(5, BYTES), field_length(log.body.len()));
    put_bytes(out, key(1, BYTES), log.body.as_bytes());
    put_text_attribute(out, "type", log.origin.name());
    if let Some(request_id) = &log.request_id {
        put_text_attribute(out, "faas.invocation_id", request_id);
    }
    for attribute in log.attributes {
        let attribute = key_value(attribute);
        put_length(out, key(6, BYTES), attribute.encoded_len());
        out.extend(attribute.encode_to_vec());
    }
    if let Some(trace_id) = log.trace_id {
        put_bytes(out, key(9, BYTES), &trace_id);
    }
    if let Some(span_id) = log.span_id {
        put_bytes(out, key(10, BYTES), &span_id);
    }
    put_fixed64(out, key(11, FIXED64), log.arrived);
}

/// A `KeyValue` with a string.
fn put_text_attribute(out: &mut Vec<u8>, name: &str, value: &str) {
    let any_value = field_length(value.len());
    put_length(out, key(6, BYTES), field_length(name.len()) + field_length(any_value));
    put_bytes(out, key(1, BYTES), name.as_bytes());
    put_length(out, key(2, BYTES), any_value);
    put_bytes(out, key(1, BYTES), value.as_bytes());
}

fn put_bytes(out: &mut Vec<u8>, key: u8, bytes: &[u8]) {
    put_length(out, key, bytes.len());
    out.extend_from_slice(bytes);
}

fn put_length(out: &mut Vec<u8>, key: u8, length: usize) {
    put_varint(out, key, length as u64);
}

fn put_fixed64(out: &mut Vec<u8>, key: u8, value: u64) {
    out.push(key);
    out.extend_from_slice(&value.to_le_bytes());
}

fn put_varint(out: &mut Vec<u8>, key: u8, mut value: u64) {
    out.push(key);
    while value >= 0x80 {
        out.push((value & 0x7f) as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// Bytes of a length-delimited field with a content of this length and a key of one byte.
fn field_length(content: usize) -> usize {
    1 + prost::length_delimiter_len(content) + content
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::otlp::messages::collector::ExportLogsServiceRequest;
    use crate::otlp::messages::common::{AnyValue, InstrumentationScope, KeyValue, Value as Any};
    use crate::otlp::messages::logs::{LogRecord, ResourceLogs, ScopeLogs};
    use crate::otlp::messages::resource::Resource;
    use proptest::prelude::*;

    use crate::record::{Origin, Value};

    fn text(text: &str) -> Option<AnyValue> {
        Some(AnyValue {
            value: Some(Any::StringValue(text.to_owned())),
        })
    }

    fn as_struct(log: Log) -> LogRecord {
        let mut attributes = vec![KeyValue {
            key: "type".into(),
            value: text(log.origin.name()),
        }];
        attributes.extend(log.request_id.iter().map(|id| KeyValue {
            key: "faas.invocation_id".into(),
            value: text(id),
        }));
        attributes.extend(log.attributes.into_iter().map(key_value));
        LogRecord {
            time_unix_nano: log.time,
            observed_time_unix_nano: log.arrived,
            severity_number: log.severity.number(),
            severity_text: log.severity.text().into(),
            body: text(&log.body),
            attributes,
            trace_id: log.trace_id.map(Vec::from).unwrap_or_default(),
            span_id: log.span_id.map(Vec::from).unwrap_or_default(),
            ..LogRecord::default()
        }
    }

    prop_compose! {
        fn any_log()(
            time in any::<u64>(),
            observed in any::<u64>(),
            level in 0usize..7,
            body in ".{0,300}",
            attributes in prop::collection::vec(("[a-z.]{1,9}", any::<i64>()), 0..4),
            request_id in prop::option::of("[0-9a-f-]{36}"),
            context in prop::option::of((any::<[u8; 16]>(), any::<[u8; 8]>())),
        ) -> Log {
            Log {
                time,
                observed: 0,
                arrived: observed,
                severity: Severity::ALL[level],
                body,
                attributes: attributes.into_iter().map(|(key, value)| (key.into(), Value::Int(value))).collect(),
                origin: Origin::Function,
                request_id: request_id.map(Into::into),
                request_id_field: None,
                trace_id: context.map(|(trace_id, _)| trace_id),
                span_id: context.map(|(_, span_id)| span_id),
                stamped: true,
            }
        }
    }

    proptest! {
        #[test]
        fn agrees_with_the_message_structs(logs in prop::collection::vec(any_log(), 0..6)) {
            let resource = Resource {
                attributes: vec![KeyValue { key: "service.name".into(), value: text("orders") }],
                ..Resource::default()
            };
            let scope = InstrumentationScope { name: "scope".into(), ..InstrumentationScope::default() };
            let mut written = Vec::new();
            write_request(&mut written, &resource.encode_to_vec(), &scope.encode_to_vec(), logs.clone(), Severity::text);
            let scope_logs = vec![ScopeLogs {
                scope: Some(scope),
                log_records: logs.into_iter().map(as_struct).collect(),
                ..ScopeLogs::default()
            }];
            let resource_logs = vec![ResourceLogs { resource: Some(resource), scope_logs, ..ResourceLogs::default() }];
            prop_assert_eq!(
                ExportLogsServiceRequest::decode(&*written).unwrap(),
                ExportLogsServiceRequest { resource_logs }
            );
        }
    }
}
