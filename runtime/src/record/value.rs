//! Typed attribute values.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::unique::Unique;

/// A typed attribute value or body.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// JSON `null`.
    Null,
    /// A boolean.
    Bool(bool),
    /// A signed 64-bit integer; larger ones become strings of their digits.
    Int(i64),
    /// A double.
    Double(f64),
    /// Text.
    String(String),
    /// Bytes, which only an SDK can send.
    Bytes(Vec<u8>),
    /// A list.
    Array(Vec<Value>),
    /// Named values, in their source's order.
    Map(Vec<(String, Value)>),
}

impl Value {
    /// The text of a string value.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Value::String(text) => Some(text),
            _ => None,
        }
    }

    /// Approximate heap bytes held.
    pub fn size(&self) -> usize {
        match self {
            Value::String(text) => text.len(),
            Value::Bytes(bytes) => bytes.len(),
            Value::Array(items) => items.iter().map(|item| item.size() + 24).sum(),
            Value::Map(entries) => entries.iter().map(|(key, value)| key.len() + value.size() + 48).sum(),
            Value::Null | Value::Bool(_) | Value::Int(_) | Value::Double(_) => 0,
        }
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::String(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::String(text)
    }
}

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Value::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Value::Int(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Value::Double(value)
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ValueVisitor)
    }
}

struct ValueVisitor;

impl<'de> Visitor<'de> for ValueVisitor {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Int(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(i64::try_from(value).map_or_else(|_| Value::String(value.to_string()), Value::Int))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Value::Double(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = sequence.next_element()? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut entries = Unique::with_capacity(0);
        while let Some((key, value)) = map.next_entry::<String, Value>()? {
            entries.push(key, value);
        }
        Ok(Value::Map(entries.finish()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_becomes_typed_values() {
        let value: Value =
            serde_json::from_str(r#"{"a":1,"b":[true,null,1.5],"c":"x","d":18446744073709551615}"#).unwrap();
        assert_eq!(
            value,
            Value::Map(vec![
                ("a".into(), Value::Int(1)),
                (
                    "b".into(),
                    Value::Array(vec![Value::Bool(true), Value::Null, Value::Double(1.5)])
                ),
                ("c".into(), Value::from("x")),
                ("d".into(), Value::from("18446744073709551615")),
            ])
        );
    }
}
