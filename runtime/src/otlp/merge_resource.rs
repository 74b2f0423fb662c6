//! Merges resource attributes into telemetry of the function's own SDK.

use prost::Message;

use super::messages::common::{KeyValue, Value as Any};
use super::messages::resource::Resource as WireResource;
use super::value::any_value;
use crate::protobuf::{Broken, fields, put};
use crate::record::{Resource, Value};

/// Fields of `Resource` in the message struct: attributes, the count of dropped ones, entity references.
const KNOWN_OF_RESOURCE: [u32; 3] = [1, 2, 3];

/// Completes an SDK's resource: the user's own attributes replace its values, the extension's defaults only add what is
/// missing. An SDK without a configured service name sends `unknown_service`, which is treated as missing.
pub fn resource(wire: &mut Option<WireResource>, ours: &Resource) {
    let attributes = &mut wire.get_or_insert_default().attributes;
    for (key, value) in &ours.attributes {
        match attributes.iter_mut().find(|known| known.key == *key) {
            None => attributes.push(attribute(key, value)),
            Some(known) if is_placeholder(known) => *known = attribute(key, value),
            Some(_) => {}
        }
    }
    for (key, value) in &ours.overrides {
        match attributes.iter_mut().find(|known| known.key == *key) {
            None => attributes.push(attribute(key, value)),
            Some(known) => *known = attribute(key, value),
        }
    }
}

/// Like `resource`, on the encoded message, so that fields of a newer OTLP are kept: requests of an SDK are passed on
/// unchanged except for the resource of each entry (such as `ResourceLogs`, field 1 of a request; `resource` is
/// field 1 of an entry).
pub fn request(out: &mut Vec<u8>, request: &[u8], ours: &Resource) -> Result<(), Broken> {
    for field in fields(request) {
        let field = field?;
        match field.is_message(&[1]) {
            true => {
                let entry = with_resource(field.content, ours)?;
                put(out, field.number, &entry);
            }
            false => out.extend_from_slice(field.raw),
        }
    }
    Ok(())
}

fn with_resource(entry: &[u8], ours: &Resource) -> Result<Vec<u8>, Broken> {
    // Two occurrences of the same message are merged.
    let (mut theirs, mut rest) = (Vec::new(), Vec::with_capacity(entry.len()));
    for field in fields(entry) {
        let field = field?;
        match field.is_message(&[1]) {
            true => theirs.extend_from_slice(field.content),
            false => rest.extend_from_slice(field.raw),
        }
    }
    let mut wire = Some(WireResource::decode(&*theirs).map_err(|_| Broken)?);
    resource(&mut wire, ours);
    let mut completed = wire.unwrap_or_default().encode_to_vec();
    for field in fields(&theirs) {
        let field = field?;
        if !KNOWN_OF_RESOURCE.contains(&field.number) {
            completed.extend_from_slice(field.raw);
        }
    }
    let mut out = Vec::with_capacity(rest.len() + completed.len() + 6);
    put(&mut out, 1, &completed);
    out.append(&mut rest);
    Ok(out)
}

fn attribute(key: &str, value: &Value) -> KeyValue {
    KeyValue {
        key: key.to_owned(),
        value: Some(any_value(value.clone())),
    }
}

fn is_placeholder(attribute: &KeyValue) -> bool {
    let text = match attribute.value.as_ref().and_then(|value| value.value.as_ref()) {
        Some(Any::StringValue(text)) => text.as_str(),
        None => "",
        Some(_) => return false,
    };
    text.is_empty() || (attribute.key == "service.name" && text.starts_with("unknown_service"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::otlp::messages::collector::ExportTraceServiceRequest;

    fn ours() -> Resource {
        Resource {
            attributes: vec![
                ("service.name".into(), Value::from("function")),
                ("faas.name".into(), Value::from("function")),
            ],
            overrides: vec![("team".into(), Value::from("blue"))],
            ..Resource::default()
        }
    }

    fn completed(known: &[(&str, &str)]) -> Vec<(String, Value)> {
        let attributes = known.iter().map(|(key, value)| attribute(key, &Value::from(*value)));
        let mut wire = Some(WireResource {
            attributes: attributes.collect(),
            ..WireResource::default()
        });
        resource(&mut wire, &ours());
        let text = |a: &KeyValue| match a.value.as_ref().and_then(|v| v.value.clone()) {
            Some(Any::StringValue(text)) => Value::String(text),
            other => panic!("{other:?}"),
        };
        wire.unwrap()
            .attributes
            .iter()
            .map(|a| (a.key.clone(), text(a)))
            .collect()
    }

    #[test]
    fn defaults_fill_and_overrides_replace() {
        let attributes = completed(&[("service.name", "checkout"), ("team", "red")]);
        assert_eq!(
            attributes,
            [
                ("service.name".into(), Value::from("checkout")),
                ("team".into(), Value::from("blue")),
                ("faas.name".into(), Value::from("function")),
            ]
        );
    }

    #[test]
    fn fields_of_a_newer_otlp_are_passed_on() {
        let nested = |number, content: &[u8]| {
            let mut out = Vec::new();
            put(&mut out, number, content);
            out
        };
        let known = WireResource {
            attributes: vec![attribute("team", &Value::from("red"))],
            ..WireResource::default()
        };
        let theirs = [known.encode_to_vec(), nested(90, b"new in the resource")].concat();
        let span = [nested(5, b"name"), nested(91, b"new in the span")].concat();
        let entry = [
            nested(1, &theirs),
            nested(2, &nested(2, &span)),
            nested(92, b"new beside it"),
        ]
        .concat();
        let whole = [nested(1, &entry), nested(1, b""), nested(93, b"new in the request")].concat();
        let mut out = Vec::new();
        request(&mut out, &whole, &ours()).unwrap();
        for new in [
            "new in the resource",
            "new in the span",
            "new beside it",
            "new in the request",
        ] {
            assert!(out.windows(new.len()).any(|window| window == new.as_bytes()), "{new}");
        }
        let decoded = ExportTraceServiceRequest::decode(&*out).unwrap().resource_spans;
        let keys = |at: usize| {
            let attributes = &decoded[at].resource.as_ref().unwrap().attributes;
            attributes
                .iter()
                .map(|attribute| attribute.key.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(keys(0), ["team", "service.name", "faas.name"]);
        assert_eq!(keys(1), ["service.name", "faas.name", "team"]);
        assert_eq!(decoded[0].scope_spans[0].spans[0].name, "name");
        assert!(request(&mut Vec::new(), b"\xff", &ours()).is_err());
    }

    #[test]
    fn unknown_services_are_the_function() {
        let attributes = completed(&[("service.name", "unknown_service:node")]);
        assert_eq!(attributes[0], ("service.name".into(), Value::from("function")));
        let mut none = None;
        resource(&mut none, &ours());
        assert_eq!(none.unwrap().attributes.len(), 3);
    }
}
