//! Attributes for a row: borrowed, in their order, each name once.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::value::{self, Json};
use crate::record::Value;

/// Up to this many entries, comparing each with each is faster than hashing.
const FEW: usize = 16;

/// A borrowed attribute value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Field<'a> {
    /// Text.
    Text(&'a str),
    /// Anything else, or text too.
    Value(&'a Value),
}

impl<'a> Field<'a> {
    /// The text of a field that is text.
    pub fn as_str(self) -> Option<&'a str> {
        match self {
            Field::Text(text) => Some(text),
            Field::Value(value) => value.as_str(),
        }
    }

    /// The text of any field, as in a `Map` column.
    pub fn text(self) -> Cow<'a, str> {
        match self {
            Field::Text(text) => Cow::Borrowed(text),
            Field::Value(value) => value::text(value),
        }
    }
}

/// Names and values.
pub type Fields<'a> = Vec<(Cow<'a, str>, Field<'a>)>;

/// Attributes as fields, each name once.
pub fn of<'a, K: AsRef<str>>(attributes: &'a [(K, Value)]) -> Fields<'a> {
    let field = |pair: &'a (K, Value)| (Cow::Borrowed(pair.0.as_ref()), Field::Value(&pair.1));
    let mut fields = attributes.iter().map(field).collect();
    dedupe(&mut fields);
    fields
}

/// For equal names the last value is kept, in the position of the first.
pub fn dedupe<K: AsRef<str>, V>(entries: &mut Vec<(K, V)>) {
    if !has_duplicates(entries) {
        return;
    }
    let mut places: HashMap<String, usize> = HashMap::with_capacity(entries.len());
    let mut deduped: Vec<(K, V)> = Vec::with_capacity(entries.len());
    for (key, value) in entries.drain(..) {
        match places.get(key.as_ref()) {
            Some(&place) => deduped[place].1 = value,
            None => {
                places.insert(key.as_ref().to_owned(), deduped.len());
                deduped.push((key, value));
            }
        }
    }
    *entries = deduped;
}

fn has_duplicates<K: AsRef<str>, V>(entries: &[(K, V)]) -> bool {
    if entries.len() <= FEW {
        let keys = entries.iter().map(|(key, _)| key.as_ref());
        return keys
            .enumerate()
            .any(|(index, key)| entries[..index].iter().any(|(earlier, _)| earlier.as_ref() == key));
    }
    let mut seen = HashSet::with_capacity(entries.len());
    !entries.iter().all(|(key, _)| seen.insert(key.as_ref()))
}

/// Flattens maps and lists to dotted names, as the collector does with the attributes of logs: the elements of a list
/// directly within a list have their index without a dot, and names below an empty name have no leading dot.
pub fn flatten<'a>(fields: Fields<'a>) -> Fields<'a> {
    let is_flat = |field: &Field<'_>| !matches!(field, Field::Value(Value::Array(_) | Value::Map(_)));
    if fields.iter().all(|(_, field)| is_flat(field)) {
        return fields;
    }
    let mut flat = Vec::with_capacity(fields.len() * 2);
    for (name, field) in fields {
        match field {
            Field::Value(value) => flatten_value(name, value, &mut flat),
            Field::Text(_) => flat.push((name, field)),
        }
    }
    dedupe(&mut flat);
    flat
}

fn flatten_value<'a>(name: Cow<'a, str>, value: &'a Value, flat: &mut Fields<'a>) {
    match value {
        Value::Map(entries) => {
            let mut entries: Vec<(&str, &Value)> = entries.iter().map(|(key, value)| (key.as_str(), value)).collect();
            dedupe(&mut entries);
            for (key, value) in entries {
                let dot = if name.is_empty() { "" } else { "." };
                flatten_value(Cow::Owned(format!("{name}{dot}{key}")), value, flat);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                let name = format!("{name}.{index}");
                match item {
                    Value::Array(inner) => {
                        for (index, item) in inner.iter().enumerate() {
                            flatten_value(Cow::Owned(format!("{name}{index}")), item, flat);
                        }
                    }
                    _ => flatten_value(Cow::Owned(name), item, flat),
                }
            }
        }
        _ => flat.push((name, Field::Value(value))),
    }
}

/// The JSON for a `JSON` column: names sorted by their bytes, as Go writes maps, since ClickHouse keeps the first of a
/// dotted and an equivalent nested name. Lists and maps deeper than `levels` become strings.
pub fn json(fields: &Fields<'_>, levels: usize) -> String {
    let mut sorted = BTreeMap::new();
    sorted.extend(fields.iter().map(|(name, field)| (name.as_ref(), field)));
    let mut json = Json::for_column(fields.len() * 32 + 2);
    for (name, field) in sorted {
        json.out.push(if json.out.is_empty() { '{' } else { ',' });
        json.string(name);
        json.out.push(':');
        match field {
            Field::Text(text) => json.string(text),
            Field::Value(value) => json.value(value, levels),
        }
    }
    json.out.push_str(if json.out.is_empty() { "{}" } else { "}" });
    json.out
}

/// The names of everything in the fields, each once and sorted: names of a map's entries are prefixed with the map's
/// and a dot. Lists are not descended into.
pub fn names(fields: &Fields<'_>) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (name, field) in fields {
        match field {
            Field::Value(value) => add_names(name, value, &mut names),
            Field::Text(_) => drop(names.insert(name.to_string())),
        }
    }
    names
}

fn add_names(name: &str, value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Map(entries) => {
            let mut entries: Vec<(&str, &Value)> = entries.iter().map(|(key, value)| (key.as_str(), value)).collect();
            dedupe(&mut entries);
            for (key, value) in entries {
                match name {
                    // As in the collector, which treats an empty name as none.
                    "" => add_names(key, value, names),
                    _ => add_names(&format!("{name}.{key}"), value, names),
                }
            }
        }
        _ => drop(names.insert(name.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attributes(json: &str) -> Vec<(String, Value)> {
        match serde_json::from_str(json).unwrap() {
            Value::Map(entries) => entries,
            other => panic!("{other:?}"),
        }
    }

    fn texts(fields: &Fields<'_>) -> Vec<(String, String)> {
        fields
            .iter()
            .map(|(name, field)| (name.to_string(), field.text().into_owned()))
            .collect()
    }

    fn flattened(json: &str) -> String {
        let attributes = attributes(json);
        let pairs = texts(&flatten(of(&attributes)));
        pairs.iter().map(|(name, text)| format!("{name}={text};")).collect()
    }

    #[test]
    fn the_last_of_equal_names_counts_at_the_first_place() {
        let attributes = attributes(r#"{"a":1,"b":2,"a":3}"#);
        assert_eq!(
            texts(&of(&attributes)),
            [("a".into(), "3".into()), ("b".into(), "2".into())]
        );
        let mut many: Vec<(String, usize)> = (0..100).map(|index| (format!("k{}", index % 40), index)).collect();
        dedupe(&mut many);
        assert_eq!((many.len(), many[0].1, many[39].1), (40, 80, 79));
    }

    #[test]
    fn names_are_dotted() {
        assert_eq!(flattened(r#"{"a":{"b":{"c":1}},"d":"x"}"#), "a.b.c=1;d=x;");
        assert_eq!(
            flattened(r#"{"l":[1,{"m":2},[3,[4]]]}"#),
            "l.0=1;l.1.m=2;l.20=3;l.21.0=4;"
        );
        assert_eq!(flattened(r#"{"l":[[{"m":1},[[2]]],[]]}"#), "l.00.m=1;l.01.00=2;");
        assert_eq!(flattened(r#"{"":{"x":1,"":{"y":[2]}}}"#), "x=1;y.0=2;");
        assert_eq!(flattened(r#"{"a":{},"b":[],"c":null}"#), "c=;");
        assert_eq!(flattened(r#"{"a":{"b":1,"b":2},"a.b":3}"#), "a.b=3;");
        assert_eq!(flattened(r#"{"a":{"x":1},"a":{"y":2}}"#), "a.y=2;");
    }

    #[test]
    fn names_go_into_maps_but_not_into_lists() {
        let attributes = attributes(r#"{"z":1,"a":{"b":{"c":[{"x":1}]},"e":{}},"a.b.c":2}"#);
        let names: Vec<String> = names(&of(&attributes)).into_iter().collect();
        assert_eq!(names, ["a.b.c", "z"]);
    }

    #[test]
    fn names_are_of_the_last_of_equal_keys() {
        let attributes = attributes(r#"{"":{"x":1},"a":{"b":{"y":1},"b":2}}"#);
        let names: Vec<String> = names(&of(&attributes)).into_iter().collect();
        assert_eq!(names, ["a.b", "x"]);
    }

    #[test]
    fn json_has_sorted_names() {
        let attributes = attributes(r#"{"é":1,"a.b":2,"a":{"c":[{}],"b":3},"Z":null}"#);
        assert_eq!(
            json(&of(&attributes), 1),
            r#"{"Z":null,"a":{"b":3,"c":"[{}]"},"a.b":2,"é":1}"#
        );
        assert_eq!(json(&Fields::new(), 1), "{}");
    }
}
