//! Every setting that settings.json calls supported changes something: none is read by nobody.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use clickstack_extension::config::{Config, Environment, settings};
use clickstack_extension::secrets::Values;

const REFERENCE: &str = "${arn:aws:ssm:eu-central-1:1:parameter/key}";

/// Surroundings in which a setting can count, and values of which one at least must make a difference.
const SURROUNDINGS: &[&[(&str, &str)]] = &[
    &[],
    &[("ROTEL_OTLP_EXPORTER_ENDPOINT", "http://127.0.0.1:9")],
    &[
        ("ROTEL_OTLP_EXPORTER_ENDPOINT", "http://127.0.0.1:9"),
        ("ROTEL_OTLP_EXPORTER_AUTHENTICATOR", "basic"),
    ],
    &[
        ("ROTEL_EXPORTER", "clickhouse"),
        ("ROTEL_CLICKHOUSE_EXPORTER_ENDPOINT", "http://127.0.0.1:9"),
    ],
    &[("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:9")],
    &[
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://127.0.0.1:9"),
        ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://127.0.0.1:9"),
        ("OTEL_EXPORTER_OTLP_LOGS_ENDPOINT", "http://127.0.0.1:9"),
    ],
    &[
        ("ROTEL_EXPORTERS", "a:blackhole,b:otlp"),
        ("ROTEL_EXPORTER_B_ENDPOINT", "http://127.0.0.1:9"),
    ],
];
const CANDIDATES: &[&str] = &[
    "true",
    "false",
    "3",
    "7s",
    "b",
    "http://127.0.0.1:19",
    "127.0.0.1:19",
    "/no/such/file",
    "key=value",
    "grpc",
    "http/protobuf",
    "gzip",
    "none",
    "continuous",
    "extension",
    "error",
    "rotel",
    "clickhouse",
    "!",
    REFERENCE,
];

/// All that the settings come to, keys aside.
fn outcome(variables: &[(&str, &str)]) -> (String, String) {
    let mut environment = Environment::default();
    let owned = variables
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    environment.0.extend(owned);
    let mut warnings = Vec::new();
    let environment = environment.with_env_file(&mut warnings);
    let (config, more) = Config::parse(&environment);
    warnings.extend(more);
    let values = Values::default();
    let exporters: Vec<_> = config
        .destinations
        .iter()
        .map(|one| one.settings.resolve(&values))
        .collect();
    (
        format!("{exporters:?}{:?}", config.resource_attributes(&values)),
        format!("{config:?}{warnings:?}"),
    )
}

fn counts(variable: &str) -> bool {
    SURROUNDINGS.iter().any(|surroundings| {
        let without = outcome(surroundings);
        CANDIDATES.iter().any(|value| {
            let with = outcome(&[surroundings, &[(variable, *value)][..]].concat());
            // Any value's references are listed; only where one is filled in does it count.
            if *value == REFERENCE {
                with.0 != without.0
            } else {
                with != without
            }
        })
    })
}

#[test]
fn every_supported_setting_is_read() {
    let supported = settings::ALL.iter().filter(|setting| setting.supported);
    let unread: Vec<_> = supported
        .map(|setting| setting.variable)
        .filter(|name| !counts(name))
        .collect();
    assert!(
        unread.is_empty(),
        "settings.json promises what nobody reads: {unread:?}"
    );
}

#[test]
fn what_is_no_setting_changes_nothing() {
    assert!(!counts("OTEL_TRACES_SAMPLER") && !counts("PATH"));
}

#[test]
fn parameters_of_named_exporters_are_read() {
    for parameter in [
        "CUSTOM_HEADERS",
        "PROTOCOL",
        "LOGS_ENDPOINT",
        "TLS_CA_FILE",
        "RETRY_MAX_BACKOFF",
    ] {
        assert!(counts(&format!("ROTEL_EXPORTER_B_{parameter}")), "{parameter}");
    }
}
