//! Message templates (messagetemplates.org), as Serilog writes them where the message itself is left out.

use crate::record::{Attributes, Value};

/// The message of a template: each `{Name}` with its property's value, if there is one.
pub fn render(template: &str, properties: &Attributes) -> String {
    let mut message = String::with_capacity(template.len() + 16);
    let mut rest = template;
    while let Some(at) = rest.find(['{', '}']) {
        let (before, after) = rest.split_at(at);
        message.push_str(before);
        let doubled = after.starts_with("{{") || after.starts_with("}}");
        let end = after.find('}').filter(|_| after.starts_with('{') && !doubled);
        let (length, value) = match end {
            Some(end) => (end + 1, property(&after[1..end], properties)),
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

/// The value of `Name`, `@Name`, `$Name`, with an alignment or format after it, which is not applied.
fn property(place: &str, properties: &Attributes) -> Option<String> {
    let name = place.trim_start_matches(['@', '$']);
    let name = name.split([',', ':']).next()?;
    let (_, value) = properties.iter().find(|(key, _)| key == name)?;
    Some(match value {
        Value::String(text) => text.clone(),
        Value::Bool(value) => value.to_string(),
        Value::Int(value) => value.to_string(),
        Value::Double(value) => value.to_string(),
        Value::Null => "null".to_owned(),
        Value::Bytes(_) | Value::Array(_) | Value::Map(_) => return None,
    })
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
