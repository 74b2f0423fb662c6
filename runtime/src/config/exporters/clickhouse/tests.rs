//! The ClickHouse exporter configured by complete environments.

use std::time::Duration;

use crate::aws::secrets::Values;
use crate::config::testing::{ARN, parse, value_of};
use crate::config::*;

const CLICKHOUSE: (&str, &str) = ("ROTEL_EXPORTER", "clickhouse");
const URL: (&str, &str) = ("ROTEL_CLICKHOUSE_EXPORTER_ENDPOINT", "https://ch.example.com:8443");

fn clickhouse(variables: &[(&str, &str)]) -> ClickHouseConfig {
    let (config, warnings) = parse(&[&[CLICKHOUSE, URL], variables].concat());
    assert_eq!(warnings, Vec::<String>::new());
    match config.destinations[0].settings.resolve(&Values::default()).unwrap() {
        ExporterConfig::ClickHouse(clickhouse) => clickhouse,
        other => panic!("{other:?}"),
    }
}

#[test]
fn has_rotels_defaults_but_for_clickstacks_database() {
    let config = clickhouse(&[]);
    assert_eq!(config.endpoint.to_string(), "https://ch.example.com:8443/");
    assert_eq!(
        (config.database.as_str(), config.table_prefix.as_str()),
        ("default", "otel")
    );
    for rotel in ["rotel", "ROTEL"] {
        let config = clickhouse(&[("CLICKSTACK_COMPAT", rotel)]);
        assert_eq!(config.database, "otel");
    }
    assert!(config.lz4 && config.async_insert && !config.json && config.user.is_none());
    assert_eq!((config.json_levels, config.timeout), (4, Duration::from_secs(5)));
}

#[test]
fn takes_what_rotel_takes() {
    let (config, warnings) = parse(&[
        CLICKHOUSE,
        (URL.0, "ch.internal:8123"),
        ("ROTEL_CLICKHOUSE_EXPORTER_ASYNC_INSERT", "0"),
        // Meant for the function's SDK.
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4318"),
    ]);
    assert_eq!(warnings, Vec::<String>::new());
    let resolved = config.destinations[0].settings.resolve(&Values::default()).unwrap();
    let ExporterConfig::ClickHouse(clickhouse) = resolved else {
        panic!("{resolved:?}")
    };
    assert_eq!(clickhouse.endpoint.to_string(), "http://ch.internal:8123/");
    assert!(!clickhouse.async_insert);
}

#[test]
fn takes_every_setting() {
    let config = clickhouse(&[
        ("ROTEL_CLICKHOUSE_EXPORTER_USER", "writer"),
        ("ROTEL_CLICKHOUSE_EXPORTER_PASSWORD", "hidden"),
        ("ROTEL_CLICKHOUSE_EXPORTER_DATABASE", "default"),
        ("ROTEL_CLICKHOUSE_EXPORTER_TABLE_PREFIX", "mine"),
        ("ROTEL_CLICKHOUSE_EXPORTER_COMPRESSION", "none"),
        ("ROTEL_CLICKHOUSE_EXPORTER_ASYNC_INSERT", "False"),
        ("ROTEL_CLICKHOUSE_EXPORTER_ENABLE_JSON", "true"),
        ("ROTEL_CLICKHOUSE_EXPORTER_NESTED_KV_MAX_DEPTH", "0"),
        ("ROTEL_CLICKHOUSE_EXPORTER_REQUEST_TIMEOUT", "250ms"),
        ("ROTEL_OTLP_EXPORTER_TLS_CA_FILE", "/var/task/ca.pem"),
    ]);
    assert_eq!(
        (config.database.as_str(), config.table_prefix.as_str()),
        ("default", "mine")
    );
    assert!(!config.lz4 && !config.async_insert && config.json && config.tls.authorities.is_some());
    assert_eq!((config.json_levels, config.timeout), (0, Duration::from_millis(250)));
    assert_eq!(config.user.as_ref().unwrap(), "writer");
    let shown = format!("{config:?}");
    assert!(!shown.contains("hidden"), "{shown}");
}

#[test]
fn fills_secrets_in() {
    let reference = format!("${{{ARN}}}");
    for variable in ["ENDPOINT", "USER", "PASSWORD"] {
        let variable = format!("ROTEL_CLICKHOUSE_EXPORTER_{variable}");
        let (config, warnings) = parse(&[CLICKHOUSE, URL, (&variable, &reference)]);
        assert!(warnings.is_empty(), "{warnings:?}");
        let unresolved = config.destinations[0].settings.resolve(&Values::default()).unwrap_err();
        assert!(
            unresolved.starts_with(&variable) && unresolved.contains(ARN),
            "{unresolved}"
        );
        let Ok(ExporterConfig::ClickHouse(resolved)) =
            config.destinations[0].settings.resolve(&value_of(ARN, "http://k\n"))
        else {
            panic!("{variable}");
        };
        let password = resolved.password.map(|password| password.to_str().unwrap().to_owned());
        assert_eq!(password.is_some(), variable.ends_with("PASSWORD"));
        assert!(password.is_none_or(|password| password == "http://k"));
    }
}

#[test]
fn says_what_is_missing_or_wrong() {
    let (_, warnings) = parse(&[CLICKHOUSE]);
    assert_eq!(
        warnings,
        [
            "ROTEL_EXPORTER=clickhouse has no endpoint; set ROTEL_CLICKHOUSE_EXPORTER_ENDPOINT to the URL of ClickHouse's \
          HTTP interface; all telemetry is dropped until this is fixed"
        ]
    );
    let (config, warnings) = parse(&[
        CLICKHOUSE,
        URL,
        ("ROTEL_CLICKHOUSE_EXPORTER_ASYNC_INSERT", "maybe"),
        ("ROTEL_CLICKHOUSE_EXPORTER_NESTED_KV_MAX_DEPTH", "-1"),
    ]);
    assert_eq!(
        warnings,
        [
            "ROTEL_CLICKHOUSE_EXPORTER_ASYNC_INSERT must be true or false; using true",
            "ROTEL_CLICKHOUSE_EXPORTER_NESTED_KV_MAX_DEPTH is not a whole number such as 3; using 3",
        ]
    );
    assert!(matches!(
        config.destinations[0].settings.resolve(&Values::default()),
        Ok(ExporterConfig::ClickHouse(_))
    ));
}
