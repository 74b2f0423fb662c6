//! Message templates (messagetemplates.org), as Serilog writes them if the message itself is omitted.

use crate::record::{Attributes, Value};

/// The message of a template: each `{Name}` replaced by its property's value, if there is one. Values with a format are
/// used as the logger rendered them: compact JSON has a list of all of them (`@r`), plain JSON has them by name and
/// format (`Renderings`).
pub fn render(template: &str, properties: &Attributes) -> String {
    let mut message = String::with_capacity(template.len() + 16);
    let (mut rest, mut formatted) = (template, 0);
    while let Some(at) = rest.find(['{', '}']) {
        let (before, after) = rest.split_at(at);
        message.push_str(before);
        let doubled = after.starts_with("{{") || after.starts_with("}}");
        let end = after.find('}').filter(|_| after.starts_with('{') && !doubled);
        let (length, value) = match end {
            Some(end) => (end + 1, value_at(&after[1..end], properties, &mut formatted)),
            None => (1 + usize::from(doubled), None),
        };
        match value {
            Some(value) => message.push_str(&value),
            None if doubled => message.push_str(&after[..1]),
            None => message.push_str(&after[..length]),
        }
        rest = &after[length..];
    }
    message.push_str(rest);
    message
}

/// The value of `Name`, `@Name`, `$Name`, with an alignment after it, which is not applied, and a format.
fn value_at(place: &str, properties: &Attributes, formatted: &mut usize) -> Option<String> {
    let (place, format) = place
        .split_once(':')
        .map_or((place, None), |(place, format)| (place, Some(format)));
    let name = place.trim_start_matches(['@', '$']).split(',').next()?;
    let rendered = format.and_then(|format| {
        *formatted += 1;
        rendering(name, format, *formatted - 1, properties)
    });
    rendered.or_else(|| Some(text(property(name, properties)?)))
}

fn property<'a>(name: &str, properties: &'a Attributes) -> Option<&'a Value> {
    properties.iter().find(|(key, _)| key == name).map(|(_, value)| value)
}

/// The logger's rendering of the placeholder with this index among those with a format.
fn rendering(name: &str, format: &str, number: usize, properties: &Attributes) -> Option<String> {
    if let Some(Value::Array(renderings)) = property("@r", properties) {
        return renderings.get(number)?.as_str().map(str::to_owned);
    }
    let Some(Value::Map(names)) = property("Renderings", properties) else {
        return None;
    };
    let (_, renderings) = names.iter().find(|(key, _)| key == name)?;
    let Value::Array(renderings) = renderings else {
        return None;
    };
    renderings.iter().find_map(|rendering| {
        let Value::Map(parts) = rendering else { return None };
        let part = |name: &str| parts.iter().find(|(key, _)| key == name)?.1.as_str();
        (part("Format") == Some(format))
            .then(|| part("Rendering"))
            .flatten()
            .map(str::to_owned)
    })
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        value => json(value).to_string(),
    }
}

fn json(value: &Value) -> serde_json::Value {
    match value {
        Value::Null | Value::Bytes(_) => serde_json::Value::Null,
        Value::Bool(value) => (*value).into(),
        Value::Int(value) => (*value).into(),
        Value::Double(value) => (*value).into(),
        Value::String(text) => text.as_str().into(),
        Value::Array(items) => items.iter().map(json).collect(),
        Value::Map(entries) => {
            let mut map = serde_json::Map::new();
            map.extend(entries.iter().map(|(key, value)| (key.clone(), json(value))));
            map.into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_have_their_values() {
        let properties: Attributes = vec![("Shelf".into(), Value::Int(7)), ("Sku".into(), Value::from("a-1"))];
        for (template, message) in [
            ("Shelf {Shelf} is low on {Sku,-10}", "Shelf 7 is low on a-1"),
            ("{@Sku} {$Shelf:000}", "a-1 7"),
            ("{Other} stays, {{Shelf}} too", "{Other} stays, {Shelf} too"),
            ("open {Shelf", "open {Shelf"),
            ("}", "}"),
            ("", ""),
        ] {
            assert_eq!(render(template, &properties), message);
        }
    }
}
