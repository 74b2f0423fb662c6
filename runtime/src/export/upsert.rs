//! Resource attributes on telemetry of the function's own SDK.

use opentelemetry_proto::tonic::common::v1::KeyValue;
use opentelemetry_proto::tonic::common::v1::any_value::Value as Any;
use opentelemetry_proto::tonic::resource::v1::Resource as WireResource;

use super::otlp::any_value;
use crate::record::{Resource, Value};

/// Completes an SDK's resource: the user's own attributes replace what it says, our defaults only fill what it lacks. An
/// SDK that was never told its service calls it `unknown_service`, which is as good as nothing.
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
    fn unknown_services_are_the_function() {
        let attributes = completed(&[("service.name", "unknown_service:node")]);
        assert_eq!(attributes[0], ("service.name".into(), Value::from("function")));
        let mut none = None;
        resource(&mut none, &ours());
        assert_eq!(none.unwrap().attributes.len(), 3);
    }
}
