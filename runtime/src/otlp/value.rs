//! Values and attributes in OTLP's terms.

use super::messages::common::{AnyValue, ArrayValue, KeyValue, KeyValueList, Value as Any};
use crate::record::{Key, Value};

/// An attribute in OTLP's terms.
pub fn key_value((key, value): (Key, Value)) -> KeyValue {
    KeyValue {
        key: Key::into_owned(key),
        value: Some(any_value(value)),
    }
}

/// A value in OTLP's terms.
pub fn any_value(value: Value) -> AnyValue {
    let value = match value {
        Value::Null => None,
        Value::Bool(value) => Some(Any::BoolValue(value)),
        Value::Int(value) => Some(Any::IntValue(value)),
        Value::Double(value) => Some(Any::DoubleValue(value)),
        Value::String(text) => Some(Any::StringValue(text)),
        Value::Bytes(bytes) => Some(Any::BytesValue(bytes)),
        Value::Array(items) => Some(Any::ArrayValue(ArrayValue {
            values: items.into_iter().map(any_value).collect(),
        })),
        Value::Map(entries) => Some(Any::KvlistValue(KeyValueList {
            values: entries
                .into_iter()
                .map(|(key, value)| KeyValue {
                    key,
                    value: Some(any_value(value)),
                })
                .collect(),
        })),
    };
    AnyValue { value }
}
