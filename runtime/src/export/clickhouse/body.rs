//! A log's body as ClickStack's collector handles it: a JSON object in it becomes attributes.

use std::borrow::Cow;

use super::fields::{self, Field, Fields};
use super::value;
use crate::record::Value;

/// A log's body.
#[derive(Debug, Clone, Copy)]
pub enum Body<'a> {
    /// Text, in which JSON is looked for.
    Text(&'a str),
    /// Any value that an SDK can send.
    Value(&'a Value),
}

impl<'a> Body<'a> {
    /// The text of the `Body` column.
    pub fn text(self) -> Cow<'a, str> {
        match self {
            Body::Text(text) => Cow::Borrowed(text),
            Body::Value(value) => value::text(value),
        }
    }

    /// The JSON object in a text body.
    pub fn json_object(self) -> Option<Vec<(String, Value)>> {
        match self {
            Body::Text(text) => find_object(text),
            Body::Value(Value::String(text)) => find_object(text),
            Body::Value(_) => None,
        }
    }
}

/// The attributes of a row: the record's own, those of the JSON object found in its body, flattened; then the fields of a
/// body that is a map, as they are.
pub fn merge<'a>(mut attributes: Fields<'a>, object: Option<&'a [(String, Value)]>, body: Body<'a>) -> Fields<'a> {
    if let Some(object) = object {
        attributes.extend(fields::of(object));
    }
    fields::dedupe(&mut attributes);
    let mut flat = fields::flatten(attributes);
    if let Body::Value(Value::Map(entries)) = body {
        let own = entries
            .iter()
            .map(|(key, value)| (Cow::Borrowed(key.as_str()), Field::Value(value)));
        flat.extend(own);
        fields::dedupe(&mut flat);
    }
    flat
}

/// The object from a line's first opening brace to its last closing one, in the first line that has both.
fn find_object(text: &str) -> Option<Vec<(String, Value)>> {
    for line in text.split('\n') {
        let (Some(start), Some(end)) = (line.find('{'), line.rfind('}')) else {
            continue;
        };
        if end < start {
            continue;
        }
        // Text with braces that is not JSON is common.
        return match serde_json::from_str(&line[start..=end]) {
            Ok(Value::Map(entries)) => Some(with_doubles(entries)),
            _ => None,
        };
    }
    None
}

/// The collector reads every number of JSON as a floating-point number.
fn with_doubles(entries: Vec<(String, Value)>) -> Vec<(String, Value)> {
    entries.into_iter().map(|(key, value)| (key, double(value))).collect()
}

fn double(value: Value) -> Value {
    match value {
        Value::Int(number) => Value::Double(number as f64),
        Value::Array(items) => Value::Array(items.into_iter().map(double).collect()),
        Value::Map(entries) => Value::Map(with_doubles(entries)),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(attributes: &[(String, Value)], body: Body<'_>) -> String {
        let object = body.json_object();
        let merged = merge(fields::of(attributes), object.as_deref(), body);
        merged
            .iter()
            .map(|(name, field)| format!("{name}={};", field.text()))
            .collect()
    }

    #[test]
    fn a_json_object_in_the_text_becomes_attributes() {
        let known = [("a".to_owned(), Value::Int(1)), ("k".to_owned(), Value::from("v"))];
        for (text, expected) in [
            ("plain", "a=1;k=v;"),
            (r#"{"a":2,"b":{"c":[true]}}"#, "a=2;k=v;b.c.0=true;"),
            (r#"at 5: {"n":1e3} done"#, "a=1;k=v;n=1000;"),
            ("}{\n{\"x\":1}\n{\"y\":2}", "a=1;k=v;x=1;"),
            ("{oops}\n{\"x\":1}", "a=1;k=v;"),
            ("{\"x\":9007199254740993}", "a=1;k=v;x=9007199254740992;"),
            ("[1]", "a=1;k=v;"),
        ] {
            assert_eq!(merged(&known, Body::Text(text)), expected, "{text}");
        }
    }

    #[test]
    fn the_fields_of_a_map_are_added_as_they_are() {
        let body: Value = serde_json::from_str(r#"{"a":{"b":1},"k":[1]}"#).unwrap();
        let known = [("k".to_owned(), Value::from("v"))];
        assert_eq!(merged(&known, Body::Value(&body)), "k=[1];a={\"b\":1};");
        assert_eq!(Body::Value(&body).text(), r#"{"a":{"b":1},"k":[1]}"#);
        assert_eq!(merged(&known, Body::Value(&Value::from(r#"{"x":1}"#))), "k=v;x=1;");
    }
}
