//! Reads arbitrary JSON that may be truncated anywhere: what is missing or has another type is `None`.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};

use crate::record::Value;

/// The value at the beginning of a text: if it is truncated or malformed, only the part before.
pub fn beginning(text: &[u8]) -> Value {
    let mut value = Value::Null;
    let mut deserializer = serde_json::Deserializer::from_slice(text);
    // An error ends the parsing, and what was read is kept.
    let _ = Fill(&mut value).deserialize(&mut deserializer);
    value
}

/// The value at a path of names; `0` is a list's first item.
pub fn at<'v>(value: &'v Value, path: &[&str]) -> Option<&'v Value> {
    path.iter().try_fold(value, |value, step| match (value, *step) {
        (Value::Array(items), "0") => items.first(),
        // If several fields have one name, the last is used.
        (Value::Map(fields), name) => fields.iter().rfind(|(field, _)| field == name).map(|(_, value)| value),
        _ => None,
    })
}

/// Whether there is something at a path.
pub fn has(value: &Value, path: &[&str]) -> bool {
    at(value, path).is_some()
}

/// The string at a path; an empty one is treated as missing.
pub fn text<'v>(value: &'v Value, path: &[&str]) -> Option<&'v str> {
    at(value, path)?.as_str().filter(|text| !text.is_empty())
}

/// The list at a path.
pub fn list<'v>(value: &'v Value, path: &[&str]) -> &'v [Value] {
    match at(value, path) {
        Some(Value::Array(items)) => items,
        _ => &[],
    }
}

/// The fields of the object at a path.
pub fn fields<'v>(value: &'v Value, path: &[&str]) -> &'v [(String, Value)] {
    match at(value, path) {
        Some(Value::Map(fields)) => fields,
        _ => &[],
    }
}

/// Fills a value while it is parsed, so that an error keeps what was read before it.
struct Fill<'a>(&'a mut Value);

impl<'de> DeserializeSeed<'de> for Fill<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Fill<'_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        *self.0 = Value::Bool(value);
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        *self.0 = Value::Int(value);
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        *self.0 = i64::try_from(value).map_or(Value::Null, Value::Int);
        Ok(())
    }

    fn visit_f64<E>(self, value: f64) -> Result<(), E> {
        *self.0 = Value::Double(value);
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        *self.0 = Value::from(value);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<(), A::Error> {
        *self.0 = Value::Array(Vec::new());
        let Value::Array(items) = self.0 else { return Ok(()) };
        loop {
            let mut item = Value::Null;
            let read = sequence.next_element_seed(Fill(&mut item));
            if matches!(read, Ok(Some(()))) || item != Value::Null {
                items.push(item);
            }
            if read?.is_none() {
                return Ok(());
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        *self.0 = Value::Map(Vec::new());
        let Value::Map(fields) = self.0 else { return Ok(()) };
        while let Some(name) = map.next_key::<String>()? {
            let mut value = Value::Null;
            let read = map.next_value_seed(Fill(&mut value));
            if read.is_ok() || value != Value::Null {
                fields.push((name, value));
            }
            read?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_was_read_before_the_end_stays() {
        let whole = r#"{"a":{"b":[1,{"c":"x"},2.5]},"d":true,"a":{"e":null}}"#;
        assert_eq!(text(&beginning(whole.as_bytes()), &["a", "b"]), None);
        let cut = beginning(r#"{"a":{"b":[1,{"c":"x"},{"c":"#.as_bytes());
        assert_eq!(text(&list(&cut, &["a", "b"])[1], &["c"]), Some("x"));
        assert_eq!(
            list(&cut, &["a", "b"]).len(),
            3,
            "the third is an object without its field"
        );
        assert_eq!(
            beginning(br#"{"a":"b","c":"d"#),
            Value::Map(vec![("a".into(), Value::from("b"))])
        );
        assert_eq!(beginning(b"\"text\"\0\0\0more"), Value::from("text"));
        assert_eq!(beginning(b""), Value::Null);
        let deep = "[".repeat(100_000);
        assert!(matches!(beginning(deep.as_bytes()), Value::Array(_)));
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            beginning(&bytes);
        }

        #[test]
        fn every_beginning_of_a_text_is_read(at in 0_usize..200) {
            let whole = r#"{"version":"2.0","headers":{"traceparent":"x"},"requestContext":{"http":{"method":"GET"}},"body":"\u00e4"}"#;
            let value = beginning(&whole.as_bytes()[..at.min(whole.len())]);
            if at > 45 {
                prop_assert_eq!(text(&value, &["headers", "traceparent"]), Some("x"));
            }
        }
    }
}
