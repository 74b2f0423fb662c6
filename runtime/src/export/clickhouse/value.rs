//! Attribute values as ClickStack's collector writes them: strings for `Map` columns, typed JSON for `JSON` columns.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;

use crate::otlp::messages::common::{AnyValue, KeyValue, Value as Any};
use crate::record::Value;

/// Whole numbers that fit into an `Int64` or a `UInt64` when written with their shortest digits followed by zeros. For
/// the least `Int64` this notation would be below its range.
const INTEGERS: std::ops::Range<f64> = -9_223_372_036_854_774_784.0..18_446_744_073_709_551_616.0;

/// Converts an OTLP value.
pub fn from_otlp(any: Option<AnyValue>) -> Value {
    match any.and_then(|any| any.value) {
        Some(Any::StringValue(text)) => Value::String(text),
        Some(Any::BoolValue(value)) => Value::Bool(value),
        Some(Any::IntValue(value)) => Value::Int(value),
        Some(Any::DoubleValue(value)) => Value::Double(value),
        Some(Any::ArrayValue(list)) => {
            Value::Array(list.values.into_iter().map(|item| from_otlp(Some(item))).collect())
        }
        Some(Any::KvlistValue(list)) => Value::Map(attributes_from_otlp(list.values)),
        Some(Any::BytesValue(bytes)) => Value::Bytes(bytes),
        None => Value::Null,
    }
}

/// Converts OTLP attributes, in their order.
pub fn attributes_from_otlp(attributes: Vec<KeyValue>) -> Vec<(String, Value)> {
    let pair = |attribute: KeyValue| (attribute.key, from_otlp(attribute.value));
    attributes.into_iter().map(pair).collect()
}

/// The text for a value in a `Map` column: JSON for lists and maps, base64 for bytes, nothing for null.
pub fn text(value: &Value) -> Cow<'_, str> {
    match value {
        Value::Null => Cow::Borrowed(""),
        Value::Bool(true) => Cow::Borrowed("true"),
        Value::Bool(false) => Cow::Borrowed("false"),
        Value::String(text) => Cow::Borrowed(text),
        Value::Bytes(bytes) => Cow::Owned(BASE64.encode(bytes)),
        Value::Int(number) => Cow::Owned(number.to_string()),
        Value::Double(number) if number.is_nan() => Cow::Borrowed("json: unsupported value: NaN"),
        Value::Double(number) if number.is_infinite() => {
            let sign = if *number > 0.0 { '+' } else { '-' };
            Cow::Owned(format!("json: unsupported value: {sign}Inf"))
        }
        Value::Double(number) => Cow::Owned(finite(*number)),
        Value::Array(_) | Value::Map(_) => {
            let mut json = Json::text();
            json.value(value, usize::MAX);
            // If a number cannot be written as JSON, the whole value is empty.
            match json.complete {
                true => Cow::Owned(json.out),
                false => Cow::Borrowed(""),
            }
        }
    }
}

/// A JSON writer.
pub struct Json {
    /// The output.
    pub out: String,
    /// Whether it is for a `JSON` column instead of a text in Go's format.
    column: bool,
    /// Whether every number could be written; others become null.
    complete: bool,
}

impl Json {
    fn text() -> Self {
        Json {
            out: String::new(),
            column: false,
            complete: true,
        }
    }

    /// JSON for a `JSON` column, of about this many bytes.
    pub fn for_column(capacity: usize) -> Self {
        Json {
            out: String::with_capacity(capacity),
            column: true,
            complete: true,
        }
    }

    /// Appends a value. Lists and maps deeper than `levels` become strings.
    pub fn value(&mut self, value: &Value, levels: usize) {
        match value {
            Value::Array(_) | Value::Map(_) if levels == 0 => self.string(&text(value)),
            Value::Array(items) => self.list(items, levels - 1),
            Value::Map(entries) => self.map(entries, levels - 1),
            // Empty bytes within a list or a map are null to the collector, although as an attribute they are an empty
            // string.
            Value::Bytes(bytes) if bytes.is_empty() => self.out.push_str("null"),
            Value::String(_) | Value::Bytes(_) => self.string(&text(value)),
            Value::Null => self.out.push_str("null"),
            Value::Double(number) if !number.is_finite() => {
                self.out.push_str("null");
                self.complete = false;
            }
            // ClickHouse rejects whole numbers outside the integer range, unless they have an exponent.
            Value::Double(number) if self.column && !INTEGERS.contains(number) => {
                // Writing to memory doesn't fail.
                let _ = write!(self.out, "{number:e}");
            }
            Value::Bool(_) | Value::Int(_) | Value::Double(_) => self.out.push_str(&text(value)),
        }
    }

    fn list(&mut self, items: &[Value], levels: usize) {
        self.out.push('[');
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            self.value(item, levels);
        }
        self.out.push(']');
    }

    /// Keys are sorted by their bytes, as Go writes maps; of equal keys the last one is used.
    fn map(&mut self, entries: &[(String, Value)], levels: usize) {
        let mut sorted = BTreeMap::new();
        sorted.extend(entries.iter().map(|(key, value)| (key.as_str(), value)));
        let mut first = true;
        self.out.push('{');
        for (key, value) in sorted {
            if !std::mem::take(&mut first) {
                self.out.push(',');
            }
            self.string(key);
            self.out.push(':');
            self.value(value, levels);
        }
        self.out.push('}');
    }

    /// Appends a string.
    pub fn string(&mut self, text: &str) {
        write_string(&mut self.out, text);
    }
}

fn write_string(out: &mut String, text: &str) {
    out.push('"');
    let mut plain = 0;
    for (at, byte) in text.bytes().enumerate() {
        if byte >= b' ' && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.push_str(&text[plain..at]);
        plain = at + 1;
        match byte {
            b'"' => out.push_str("\\\""),
            b'\\' => out.push_str("\\\\"),
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            0x08 => out.push_str("\\b"),
            0x0c => out.push_str("\\f"),
            // Writing to memory doesn't fail.
            _ => {
                let _ = write!(out, "\\u{byte:04x}");
            }
        }
    }
    out.push_str(&text[plain..]);
    out.push('"');
}

/// A number as Go and JavaScript write it in JSON: the shortest digits, with an exponent only for very large or small
/// numbers.
fn finite(number: f64) -> String {
    let size = number.abs();
    if size == 0.0 || (1e-6..1e21).contains(&size) {
        return number.to_string();
    }
    let text = format!("{number:e}");
    match text.split_once('e') {
        Some((digits, exponent)) if !exponent.starts_with('-') => format!("{digits}e+{exponent}"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parsed(json: &str) -> Value {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn scalars_are_plain_texts() {
        for (value, expected) in [
            (Value::Null, ""),
            (Value::Bool(true), "true"),
            (Value::Int(-7), "-7"),
            (Value::Double(1.0), "1"),
            (Value::Double(-0.0), "-0"),
            (Value::Double(0.1), "0.1"),
            (Value::Double(1e21), "1e+21"),
            (Value::Double(123_456_789_012_345_680_000.0), "123456789012345680000"),
            (Value::Double(0.000_001), "0.000001"),
            (Value::Double(1.5e-7), "1.5e-7"),
            (Value::Double(f64::NAN), "json: unsupported value: NaN"),
            (Value::Double(f64::INFINITY), "json: unsupported value: +Inf"),
            (Value::Double(f64::NEG_INFINITY), "json: unsupported value: -Inf"),
            (Value::from("ä\n"), "ä\n"),
        ] {
            assert_eq!(text(&value), expected);
        }
    }

    #[test]
    fn lists_and_maps_are_json_with_sorted_keys() {
        let value = parsed(r#"{"b":[1,2.5,null,"q\"\u0001"],"a":{"z":true,"y":1},"b2":1,"a":0}"#);
        assert_eq!(text(&value), r#"{"a":0,"b":[1,2.5,null,"q\"\u0001"],"b2":1}"#);
        assert_eq!(text(&Value::Array(vec![Value::Double(f64::NAN)])), "");
    }

    #[test]
    fn deep_values_of_json_columns_are_texts() {
        let json = |value: &Value| {
            let mut json = Json::for_column(0);
            json.value(value, 2);
            json.out
        };
        assert_eq!(json(&parsed(r#"{"a":{"b":{"c":1}}}"#)), r#"{"a":{"b":"{\"c\":1}"}}"#);
    }

    #[test]
    fn numbers_of_json_columns_are_such_as_clickhouse_takes() {
        for (number, expected) in [
            (f64::INFINITY, "null"),
            (-0.5, "-0.5"),
            // As the collector writes them, and ClickHouse reads them as integers.
            (1e19, "10000000000000000000"),
            (-9_223_372_036_854_774_784.0, "-9223372036854775000"),
            // It would reject these without an exponent.
            (-9_223_372_036_854_775_808.0, "-9.223372036854776e18"),
            (-1e19, "-1e19"),
            (1e20, "1e20"),
        ] {
            let mut json = Json::for_column(0);
            json.value(&Value::Double(number), 0);
            assert_eq!(json.out, expected);
        }
    }

    #[test]
    fn bytes_are_base64() {
        let bytes = AnyValue {
            value: Some(Any::BytesValue(vec![0xfb, 0xff])),
        };
        let list = Value::Array(vec![from_otlp(Some(bytes))]);
        assert_eq!(text(&list), r#"["+/8="]"#);
        assert_eq!(text(&Value::Bytes(Vec::new())), "");
        assert_eq!(text(&Value::Array(vec![Value::Bytes(Vec::new())])), "[null]");
        assert_eq!(from_otlp(None), Value::Null);
    }

    proptest! {
        #[test]
        fn strings_are_written_as_serde_json_writes_them(text in any::<String>()) {
            let mut json = String::new();
            write_string(&mut json, &text);
            prop_assert_eq!(json, serde_json::to_string(&text).unwrap());
        }

        #[test]
        fn numbers_read_back(number in proptest::num::f64::NORMAL) {
            prop_assert_eq!(finite(number).parse::<f64>().unwrap(), number);
        }
    }
}
