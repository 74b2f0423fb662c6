//! Lists of headers and resource attributes.

use clickstack_extension::config::Config;
use clickstack_extension::environment::Environment;

const ATTRIBUTES: &str = "ROTEL_OTEL_RESOURCE_ATTRIBUTES";

pub fn check(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (config, _) = read(&text);
    let attributes = config.resource_attributes;
    assert!(attributes.iter().all(|(key, _)| !key.is_empty() && key.trim() == key));
    assert!(
        attributes
            .iter()
            .enumerate()
            .all(|(at, (key, _))| attributes[at + 1..].iter().all(|(other, _)| other != key))
    );
    // What can be written without quotes around the key is read back from its quoted form.
    let plain: Vec<_> = attributes
        .into_iter()
        .filter(|(key, value)| !key.contains(['"', '\\', ',', '=', '$', '{', '}']) && !value.contains(['$', '{', '}']))
        .collect();
    let quoted = |value: &str| format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""));
    let list: Vec<_> = plain
        .iter()
        .map(|(key, value)| format!("{key}={}", quoted(value)))
        .collect();
    let (again, warnings) = read(&list.join(","));
    assert_eq!(again.resource_attributes, plain, "{warnings:?}");
}

/// The settings of a function with this list as attributes and headers.
fn read(list: &str) -> (Config, Vec<String>) {
    let mut environment = Environment::default();
    for (name, value) in [
        (ATTRIBUTES, list),
        ("ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS", list),
        ("ROTEL_OTLP_EXPORTER_ENDPOINT", "http://127.0.0.1:4318"),
    ] {
        environment.0.insert(name.into(), value.into());
    }
    Config::parse(&environment)
}
