//! Rows of `otel_logs`: from the extension's records and from those of the function's SDK.

use std::borrow::Cow;

use super::body::{self, Body};
use super::fields::{self, Field, Fields};
use super::row::Row;
use super::severity::{self, Severity};
use super::value;
use crate::otlp::messages::logs::LogRecord;
use crate::record::{Log, Value};

/// A log record before the collector's rules.
struct Record<'a> {
    time: u64,
    trace_id: &'a [u8],
    span_id: &'a [u8],
    flags: u32,
    severity: Severity<'a>,
    body: Body<'a>,
    attributes: Fields<'a>,
    event_name: &'a str,
}

/// The rules for severities.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rules {
    /// Those of ClickStack's collector.
    Collector,
    /// Those of the Rotel extension: as sent, without guessing.
    Rotel,
}

/// Writes a record of the extension.
pub fn write_own(row: &mut Row<'_>, log: &Log, rules: Rules) {
    let mut attributes: Fields<'_> = Vec::with_capacity(log.attributes.len() + 2);
    attributes.push((Cow::Borrowed("type"), Field::Text(log.origin.name())));
    if let Some(request_id) = &log.request_id {
        attributes.push((Cow::Borrowed("faas.invocation_id"), Field::Text(request_id)));
    }
    let own = log.attributes.iter();
    attributes.extend(own.map(|(key, value)| (Cow::Borrowed(key.as_ref()), Field::Value(value))));
    write(
        row,
        Record {
            time: if log.time == 0 { log.observed } else { log.time },
            trace_id: log.trace_id.as_ref().map_or(&[], <[u8; 16]>::as_slice),
            span_id: log.span_id.as_ref().map_or(&[], <[u8; 8]>::as_slice),
            flags: 0,
            severity: Severity {
                number: log.severity.number(),
                text: Cow::Borrowed(match rules {
                    Rules::Collector => log.severity.text(),
                    Rules::Rotel => log.severity.rotel_text(),
                }),
            },
            body: Body::Text(&log.body),
            attributes,
            event_name: "",
        },
        rules,
    );
}

/// Writes a record of an SDK.
pub fn write_sdk(row: &mut Row<'_>, record: LogRecord, rules: Rules) {
    let attributes = value::attributes_from_otlp(record.attributes);
    let body: Value = value::from_otlp(record.body);
    write(
        row,
        Record {
            time: match record.time_unix_nano {
                0 => record.observed_time_unix_nano,
                time => time,
            },
            trace_id: &record.trace_id,
            span_id: &record.span_id,
            flags: record.flags,
            severity: Severity {
                number: record.severity_number,
                text: Cow::Borrowed(&record.severity_text),
            },
            body: Body::Value(&body),
            attributes: fields::of(&attributes),
            event_name: &record.event_name,
        },
        rules,
    );
}

fn write(row: &mut Row<'_>, record: Record<'_>, rules: Rules) {
    let text = record.body.text();
    let object = record.body.json_object();
    let attributes = body::merge(record.attributes, object.as_deref(), record.body);
    let severity = match rules {
        Rules::Collector => severity::resolve(record.severity, &attributes, &text),
        Rules::Rotel => record.severity,
    };
    row.time(record.time);
    row.id(record.trace_id);
    row.id(record.span_id);
    // The low byte holds W3C's trace flags, the others are reserved.
    row.integer(u64::from(record.flags & 0xff));
    row.text(&severity.text);
    row.signed(severity.number);
    row.text(&text);
    row.attributes(&attributes);
    row.text(record.event_name);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::export::clickhouse::column::Column;
    use crate::export::clickhouse::tables::{Layout, Table};
    use crate::otlp::messages::collector::ExportLogsServiceRequest;
    use crate::otlp::request;
    use crate::record::{Origin, Resource, Severity as Level};
    use proptest::prelude::*;
    use prost::Message;

    fn row_of(columns: &[Option<Column>], write: impl FnOnce(&mut Row<'_>)) -> Vec<u8> {
        let mut out = Vec::new();
        write(&mut Row::new(&mut out, columns, 4));
        out
    }

    fn any_value() -> impl Strategy<Value = Value> {
        let scalar = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::Bool),
            any::<i64>().prop_map(Value::Int),
            any::<f64>().prop_map(Value::Double),
            "[a-z{}\"é]{0,8}".prop_map(Value::String),
        ];
        scalar.prop_recursive(3, 12, 3, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..3).prop_map(Value::Array),
                prop::collection::vec(("[ab.]{0,2}", inner), 0..3).prop_map(Value::Map),
            ]
        })
    }

    prop_compose! {
        fn any_log()(
            time in 1..u64::from(u32::MAX),
            level in 0usize..7,
            body in prop_oneof![".{0,60}", r#"[a-z ]{0,9}\{"(a|level)":(1|"error"|\{"b":\[2.5\]\})\}[a-z]?"#],
            attributes in prop::collection::vec(("a|a.b|level|type|é", any_value()), 0..5),
            request_id in prop::option::of("[0-9a-f-]{36}"),
            context in prop::option::of((any::<[u8; 16]>(), any::<[u8; 8]>())),
        ) -> Log {
            Log {
                time,
                observed: time + 1,
                arrived: time + 2,
                severity: Level::ALL[level],
                body,
                attributes: attributes.into_iter().map(|(key, value)| (key.into(), value)).collect(),
                origin: Origin::Function,
                request_id: request_id.map(Into::into),
                trace_id: context.map(|(trace_id, _)| trace_id),
                span_id: context.map(|(_, span_id)| span_id),
                stamped: true,
                request_id_field: None,
            }
        }
    }

    proptest! {
        /// Together with the sandbox's test, which compares an SDK's records with what the collector stores, this shows
        /// that the extension's records equal what the collector stores for them.
        #[test]
        fn a_record_of_ours_is_the_same_row_by_either_way(log in any_log(), json: bool, rotel_severity: bool) {
            let columns = Layout::new(Table::Logs, &[], json).own;
            let rules = if rotel_severity { Rules::Rotel } else { Rules::Collector };
            let direct = row_of(&columns, |row| write_own(row, &log, rules));
            let resource = Resource { rotel_severity, ..Resource::default() };
            let message = request::encode_logs(&resource, vec![log], &[]);
            let mut request = ExportLogsServiceRequest::decode(&*message).unwrap();
            let record = request.resource_logs[0].scope_logs[0].log_records.remove(0);
            prop_assert_eq!(direct, row_of(&columns, |row| write_sdk(row, record, rules)));
        }
    }
}
