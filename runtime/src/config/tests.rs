//! What is read from complete environments.

use std::time::Duration;

use proptest::prelude::*;

use super::testing::{ARN, HTTP, URL, is_blackhole, parse, resolved, value_of, warnings};
use super::*;
use crate::aws::secrets::Values;

#[test]
fn has_defaults_for_everything() {
    let (config, warnings) = Config::parse(&Environment::default());
    assert_eq!(config.runtime_api, "127.0.0.1:9001");
    assert_eq!(config.telemetry_address.to_string(), "0.0.0.0:8990");
    assert_eq!(config.receiver.http_address.to_string(), "127.0.0.1:4318");
    assert_eq!(config.function, FunctionIdentity::default());
    assert!(config.resource_attributes.is_empty() && config.secret_references.is_empty() && !config.json_logs);
    assert!(is_blackhole(&config));
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    assert!(
        warnings[0].starts_with("AWS_LAMBDA_RUNTIME_API is not set"),
        "{warnings:?}"
    );
    assert!(
        warnings[1].starts_with("all telemetry is dropped: set ROTEL_OTLP_EXPORTER_ENDPOINT"),
        "{warnings:?}"
    );
}

#[test]
fn reads_the_function_from_lambdas_environment() {
    let (config, _) = parse(&[
        ("AWS_LAMBDA_FUNCTION_NAME", "orders"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "512"),
        ("AWS_REGION", "eu-central-1"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/orders"),
        ("AWS_LAMBDA_LOG_STREAM_NAME", "stream"),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand"),
        ("AWS_LAMBDA_LOG_FORMAT", "JSON"),
    ]);
    let FunctionIdentity {
        name,
        version,
        memory_mb,
        region,
        ..
    } = &config.function;
    assert_eq!(
        (name.as_str(), version.as_str(), *memory_mb, region.as_str()),
        ("orders", "$LATEST", 512, "eu-central-1")
    );
    assert_eq!(config.function.log_stream, "stream");
    assert!(config.json_logs);
}

#[test]
fn warns_of_a_bad_address_and_uses_the_default() {
    let (config, _) = parse(&[
        ("ROTEL_OTLP_HTTP_ENDPOINT", "localhost:4400"),
        ("ROTEL_TELEMETRY_ENDPOINT", "8990"),
    ]);
    assert_eq!(config.receiver.http_address.to_string(), "127.0.0.1:4400");
    assert_eq!(config.telemetry_address.to_string(), "0.0.0.0:8990");
    let expected = "ROTEL_TELEMETRY_ENDPOINT is not an address such as 127.0.0.1:4318; using 0.0.0.0:8990";
    assert_eq!(warnings(&[("ROTEL_TELEMETRY_ENDPOINT", "8990")]), [expected]);
}

#[test]
fn merges_resource_attributes_from_weak_to_strong() {
    let attributes = |variables: &[(&str, &str)]| parse(variables).0.resource_attributes;
    let owned = |pairs: &[(&str, &str)]| -> Vec<_> {
        pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect()
    };
    let weak = ("OTEL_RESOURCE_ATTRIBUTES", "a=1%2C2,service.name=weak,b=1");
    let name = ("OTEL_SERVICE_NAME", "middle");
    let strong = ("ROTEL_OTEL_RESOURCE_ATTRIBUTES", "b=2%2C,service.name=strong");
    assert_eq!(
        attributes(&[weak, name]),
        owned(&[("a", "1,2"), ("service.name", "middle"), ("b", "1")])
    );
    assert_eq!(
        attributes(&[weak, name, strong]),
        owned(&[("a", "1,2"), ("service.name", "strong"), ("b", "2%2C")])
    );
}

#[test]
fn fills_secrets_into_resource_attributes() {
    let value = format!("a=${{{ARN}}}");
    let (config, _) = parse(&[("ROTEL_OTEL_RESOURCE_ATTRIBUTES", &value)]);
    let filled = config.resource_attributes(&value_of(ARN, "v\n")).unwrap();
    assert_eq!(filled, [("a".to_owned(), "v".to_owned())]);
    assert!(
        config
            .resource_attributes(&Values::default())
            .unwrap_err()
            .contains(ARN)
    );
}

#[test]
fn warns_of_bad_values_and_uses_defaults() {
    let (config, warnings) = parse(&[
        URL,
        HTTP,
        ("ROTEL_OTLP_EXPORTER_COMPRESSION", "zstd"),
        ("ROTEL_OTLP_EXPORTER_REQUEST_TIMEOUT", "5"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "much"),
        ("ROTEL_OTEL_RESOURCE_ATTRIBUTES", "a=1,b"),
    ]);
    let expected = [
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE is not a number of MB; treated as not set",
        "ROTEL_OTEL_RESOURCE_ATTRIBUTES: entry 2 has no = between key and value; ignored",
        "ROTEL_OTLP_EXPORTER_COMPRESSION must be one of: gzip, none; using gzip",
        "ROTEL_OTLP_EXPORTER_REQUEST_TIMEOUT is not a duration with unit, such as 5s or 200ms; using 5s",
    ];
    assert_eq!(warnings, expected);
    let logs = resolved(&config, &Values::default()).logs.unwrap();
    assert!(logs.gzip && logs.timeout == Duration::from_secs(5));
}

#[test]
fn warns_of_unknown_names_and_once_of_those_without_effect() {
    let warnings = warnings(&[
        ("ROTEL_BATCH_MAX_SIZE", "1"),
        ("ROTEL_KAFKA_BROKERS", "x"),
        ("ROTEL_OTLP_EXPORTER_ENDPIONT", "hidden"),
        ("ROTEL_SOMETHING_ELSE_ALTOGETHER", "hidden"),
        ("OTHER_VARIABLE", "x"),
    ]);
    let expected = [
        "ROTEL_OTLP_EXPORTER_ENDPIONT is not a setting of this extension; did you mean ROTEL_OTLP_EXPORTER_ENDPOINT?",
        "ROTEL_SOMETHING_ELSE_ALTOGETHER is not a setting of this extension; it has no effect",
        "these settings of Rotel have no effect in this version: ROTEL_BATCH_MAX_SIZE, ROTEL_KAFKA_BROKERS",
    ];
    assert_eq!(warnings, expected);
}

#[test]
fn finds_references_in_all_rotel_values_and_warns_of_bad_ones() {
    let good = format!("${{{ARN}}}");
    let (config, warnings) = parse(&[
        ("ROTEL_EXPORTER", "blackhole"),
        ("ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS", &good),
        ("ROTEL_OTEL_RESOURCE_ATTRIBUTES", "a=${arn:aws:s3:::hidden}"),
        ("OTHER", &good),
    ]);
    assert_eq!(config.secret_references.len(), 1);
    assert_eq!(warnings.len(), 1);
    assert!(
        warnings[0].starts_with("ROTEL_OTEL_RESOURCE_ATTRIBUTES: a secret reference names a service"),
        "{warnings:?}"
    );
    assert!(!warnings[0].contains("hidden"), "{warnings:?}");
}

#[test]
fn platform_metrics_are_sent_unless_switched_off() {
    const NAME: &str = "CLICKSTACK_PLATFORM_METRICS";
    assert!(parse(&[]).0.platform_metrics);
    assert!(!parse(&[(NAME, "False")]).0.platform_metrics);
    assert!(parse(&[(NAME, "no")]).0.platform_metrics);
    assert!(warnings(&[(NAME, "no")]).iter().any(|warning| warning.contains(NAME)));
}

proptest! {
    /// A panic here would happen before the extension has registered, and make the function's start fail.
    #[test]
    fn any_values_are_survived(
        values in prop::collection::vec(
            (
                0..settings::ALL.len(),
                prop_oneof![
                    "\\PC{0,30}",
                    r#"(https?://|\[::1\]|localhost|:[0-9]{0,6}|[a-z]{1,4}=|\$\{arn:aws:ssm:a:1:parameter/|\}|secret://|[,"%#?/@ü]|[0-9]{1,20}(ms|s|m|y)?|otlp|clickhouse|true){1,6}"#,
                ],
            ),
            0..8,
        )
    ) {
        let variables: Vec<_> = values
            .iter()
            .map(|(at, value)| (settings::ALL[*at].variable, value.as_str()))
            .collect();
        let (config, _) = parse(&variables);
        prop_assert!(!config.destinations.is_empty());
        for destination in &config.destinations {
            let _ = destination.settings.resolve(&Values::default());
        }
        let _ = config.resource_attributes(&Values::default());
    }
}

mod contract;
