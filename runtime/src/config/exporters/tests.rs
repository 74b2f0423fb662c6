//! Several named exporters.

use std::time::Duration;

use super::super::*;
use crate::aws::secrets::Values;
use crate::config::testing::{ARN, HTTP, URL, parse, value_of};
use crate::record::Signal;

const TWO: &[(&str, &str)] = &[
    ("ROTEL_EXPORTERS", "stack:otlp, archive:clickhouse"),
    ("ROTEL_EXPORTER_STACK_ENDPOINT", "https://in.example.com"),
    ("ROTEL_EXPORTER_STACK_PROTOCOL", "http"),
    ("ROTEL_EXPORTER_STACK_CUSTOM_HEADERS", "authorization=key"),
    ("ROTEL_EXPORTER_ARCHIVE_ENDPOINT", "https://ch.example.com:8443"),
    ("ROTEL_EXPORTER_ARCHIVE_DATABASE", "logs"),
];

fn two(more: &[(&str, &str)]) -> (Config, Vec<String>) {
    parse(&[TWO, more].concat())
}

fn signals(config: &Config) -> Vec<(&str, &[Signal])> {
    let destinations = config.destinations.iter();
    destinations
        .map(|destination| (destination.name.as_str(), destination.signals.as_slice()))
        .collect()
}

fn resolved(config: &Config, at: usize) -> ExporterConfig {
    config.destinations[at].settings.resolve(&Values::default()).unwrap()
}

#[test]
fn each_has_its_own_settings() {
    let (config, warnings) = two(&[]);
    assert_eq!(warnings, Vec::<String>::new());
    assert_eq!(
        signals(&config),
        [("stack", &Signal::ALL[..]), ("archive", &Signal::ALL[..])]
    );
    let ExporterConfig::Otlp(otlp) = resolved(&config, 0) else {
        panic!("no OTLP")
    };
    let logs = otlp.logs.unwrap();
    assert_eq!(logs.endpoint.to_string(), "https://in.example.com/v1/logs");
    assert_eq!(logs.headers["authorization"], "key");
    let ExporterConfig::ClickHouse(clickhouse) = resolved(&config, 1) else {
        panic!("no ClickHouse")
    };
    assert_eq!(clickhouse.database, "logs");
    assert_eq!(clickhouse.table_prefix, "otel");
}

#[test]
fn a_kind_alone_is_its_own_name() {
    let (config, warnings) = parse(&[
        ("ROTEL_EXPORTERS", "otlp,blackhole"),
        ("ROTEL_EXPORTER_OTLP_ENDPOINT", "http://a"),
    ]);
    assert_eq!(warnings, Vec::<String>::new());
    assert_eq!(signals(&config)[0].0, "otlp");
    assert!(matches!(resolved(&config, 1), ExporterConfig::Blackhole));
}

#[test]
fn signals_go_where_they_are_sent() {
    let (config, warnings) = two(&[
        ("ROTEL_EXPORTERS_LOGS", "stack,archive"),
        ("ROTEL_EXPORTERS_TRACES", "stack"),
    ]);
    assert_eq!(
        signals(&config),
        [
            ("stack", &[Signal::Logs, Signal::Traces][..]),
            ("archive", &[Signal::Logs][..])
        ]
    );
    assert_eq!(
        warnings,
        ["ROTEL_EXPORTERS_METRICS is not set, although another signal names its exporters; this signal is dropped"]
    );
}

#[test]
fn metrics_refer_to_spans_where_both_are_sent() {
    assert!(parse(&[]).0.links_spans());
    let [spans, metrics] = ["TRACES", "METRICS"].map(|signal| format!("ROTEL_EXPORTERS_{signal}"));
    for (spans_to, metrics_to, linked) in [
        (Some("stack"), Some("archive"), true),
        (Some("stack"), None, false),
        (None, Some("archive"), false),
    ] {
        let sent = [(spans.as_str(), spans_to), (metrics.as_str(), metrics_to)];
        let sent: Vec<(&str, &str)> = sent.into_iter().filter_map(|(name, to)| Some((name, to?))).collect();
        assert_eq!(two(&sent).0.links_spans(), linked, "{sent:?}");
    }
}

#[test]
fn a_signal_has_its_own_endpoint_here_too() {
    let (config, _) = two(&[("ROTEL_EXPORTER_STACK_LOGS_ENDPOINT", "https://logs.example.com/in")]);
    let ExporterConfig::Otlp(otlp) = resolved(&config, 0) else {
        panic!("no OTLP")
    };
    assert_eq!(otlp.logs.unwrap().endpoint.to_string(), "https://logs.example.com/in");
    assert_eq!(
        otlp.traces.unwrap().endpoint.to_string(),
        "https://in.example.com/v1/traces"
    );
}

#[test]
fn an_exporter_may_be_called_like_a_signal() {
    let (config, warnings) = parse(&[
        ("ROTEL_EXPORTERS", "logs:otlp"),
        ("ROTEL_EXPORTER_LOGS_ENDPOINT", "http://a"),
        ("ROTEL_EXPORTER_LOGS_PROTOCOL", "http"),
    ]);
    assert_eq!(warnings, Vec::<String>::new());
    let ExporterConfig::Otlp(otlp) = resolved(&config, 0) else {
        panic!("no OTLP")
    };
    assert_eq!(otlp.logs.unwrap().endpoint.to_string(), "http://a/v1/logs");
}

#[test]
fn one_name_may_begin_with_another() {
    let (config, warnings) = parse(&[
        ("ROTEL_EXPORTERS", "stack:otlp,stack_eu:otlp"),
        ("ROTEL_EXPORTER_STACK_ENDPOINT", "http://a"),
        ("ROTEL_EXPORTER_STACK_EU_ENDPOINT", "http://b"),
    ]);
    assert_eq!((config.destinations.len(), warnings), (2, Vec::new()));
}

#[test]
fn repetition_is_set_for_all_or_for_one() {
    let (config, warnings) = two(&[
        ("ROTEL_EXPORTER_RETRY_INITIAL_BACKOFF", "3s"),
        ("ROTEL_EXPORTER_RETRY_MAX_ELAPSED_TIME", "5m"),
        ("ROTEL_EXPORTER_ARCHIVE_RETRY_INITIAL_BACKOFF", "7s"),
        ("ROTEL_EXPORTER_STACK_TRACES_RETRY_MAX_BACKOFF", "9s"),
    ]);
    assert_eq!(warnings, Vec::<String>::new());
    let (ExporterConfig::Otlp(otlp), ExporterConfig::ClickHouse(clickhouse)) =
        (resolved(&config, 0), resolved(&config, 1))
    else {
        panic!("other kinds")
    };
    let second = Duration::from_secs(1);
    let (logs, traces) = (otlp.logs.unwrap().retry, otlp.traces.unwrap().retry);
    assert_eq!((logs.initial_backoff, logs.max_backoff), (3 * second, 30 * second));
    assert_eq!(traces.max_backoff, 9 * second);
    assert_eq!(clickhouse.retry.initial_backoff, 7 * second);
    assert_eq!(clickhouse.retry.max_elapsed_time, Some(300 * second));
}

#[test]
fn mistakes_cost_what_they_touch_and_are_said() {
    for (more, expected) in [
        (
            ("ROTEL_EXPORTERS", "stack:otlp,x:datadog"),
            "ROTEL_EXPORTERS: entry 2 is of the kind datadog",
        ),
        (
            ("ROTEL_EXPORTERS", "stack:otlp,stack:clickhouse"),
            "ROTEL_EXPORTERS: entry 2 repeats the name stack",
        ),
        (
            ("ROTEL_EXPORTERS", "stack:otlp,,"),
            "ROTEL_EXPORTERS: entry 2 has no name",
        ),
        (
            ("ROTEL_EXPORTERS", "stack:otlp,y:kafka"),
            "ROTEL_EXPORTERS: entry 2 has an unknown kind: must be one of:",
        ),
        (
            ("ROTEL_EXPORTERS_LOGS", "stack,nobody"),
            "ROTEL_EXPORTERS_LOGS: nobody is not in ROTEL_EXPORTERS",
        ),
        (
            ("ROTEL_EXPORTER", "otlp"),
            "ROTEL_EXPORTER has no effect while ROTEL_EXPORTERS is set",
        ),
        (
            ("ROTEL_EXPORTER_STACK_ENPOINT", "http://a"),
            "ROTEL_EXPORTER_STACK_ENPOINT is not a setting of a otlp exporter; did you mean ROTEL_EXPORTER_STACK_ENDPOINT?",
        ),
        (
            ("ROTEL_EXPORTER_OTHER_ENDPOINT", "http://a"),
            "ROTEL_EXPORTER_OTHER_ENDPOINT belongs to no exporter of ROTEL_EXPORTERS",
        ),
        (
            ("ROTEL_EXPORTER_STACK_ENDPOINT", "in.example.com"),
            "ROTEL_EXPORTER_STACK_ENDPOINT is not usable: it has no scheme",
        ),
    ] {
        let (config, warnings) = two(&[more]);
        assert_eq!(config.destinations[0].name, "stack");
        assert!(
            warnings.iter().any(|warning| warning.starts_with(expected)),
            "{expected}: {warnings:?}"
        );
    }
}

#[test]
fn without_an_endpoint_one_gets_nothing_and_the_other_goes_on() {
    let (config, warnings) = parse(&[&TWO[..4], &[]].concat());
    assert!(
        warnings[0].starts_with(
            "the clickhouse exporter archive has no endpoint; set ROTEL_EXPORTER_ARCHIVE_ENDPOINT to the URL"
        ),
        "{warnings:?}"
    );
    assert!(matches!(resolved(&config, 0), ExporterConfig::Otlp(_)));
    assert!(matches!(resolved(&config, 1), ExporterConfig::Blackhole));
}

#[test]
fn a_list_without_any_exporter_falls_back_to_the_only_one() {
    let (config, warnings) = parse(&[URL, HTTP, ("ROTEL_EXPORTERS", ",")]);
    assert_eq!(config.destinations.len(), 1);
    assert!(matches!(resolved(&config, 0), ExporterConfig::Otlp(_)));
    assert!(!warnings.is_empty());
}

#[test]
fn secrets_are_found_in_their_settings_and_needed_by_one_alone() {
    let reference = format!("Bearer ${{{ARN}}}");
    let (config, warnings) = two(&[(
        "ROTEL_EXPORTER_STACK_CUSTOM_HEADERS",
        &format!("authorization={reference}"),
    )]);
    assert_eq!((warnings.len(), config.secret_references.len()), (0, 1), "{warnings:?}");
    let settings = |at: usize| &config.destinations[at].settings;
    assert!(settings(0).resolve(&Values::default()).is_err());
    assert!(settings(1).resolve(&Values::default()).is_ok());
    assert!(settings(0).resolve(&value_of(ARN, "k")).is_ok());
}

#[test]
fn none_leads_back_to_our_own_receivers() {
    let (config, warnings) = two(&[
        ("ROTEL_EXPORTER_STACK_ENDPOINT", "http://localhost:4318"),
        ("ROTEL_EXPORTER_STACK_LOGS_ENDPOINT", "http://127.0.0.1:4317"),
    ]);
    assert!(matches!(resolved(&config, 0), ExporterConfig::Blackhole));
    assert!(matches!(resolved(&config, 1), ExporterConfig::ClickHouse(_)));
    let own = warnings.iter().filter(|warning| warning.contains("own receiver"));
    assert_eq!(own.count(), 2, "{warnings:?}");
    let (config, _) = two(&[("ROTEL_EXPORTER_STACK_ENDPOINT", &format!("${{{ARN}}}"))]);
    let secret = value_of(ARN, "http://[::1]:4318/");
    let reason = config.destinations[0].settings.resolve(&secret).unwrap_err();
    assert!(reason.contains("own receiver"), "{reason}");
}
