//! Every supported setting in settings.json has an effect.

use clickstack_extension::aws::secrets::Values;
use clickstack_extension::config::Config;
use clickstack_extension::environment::{Environment, settings};

const REFERENCE: &str = "${arn:aws:ssm:eu-central-1:1:parameter/key}";

/// Environments in which a setting can have an effect, and values of which at least one must make a difference.
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

/// The whole configuration, without keys.
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
            // Any value's references are listed; only a substituted one has an effect.
            if *value == REFERENCE {
                with.0 != without.0
            } else {
                with != without
            }
        })
    })
}

/// Whether something else reads it according to settings.json, such as a tracing layer.
fn is_read_elsewhere(variable: &str) -> bool {
    let all: Vec<serde_json::Value> = serde_json::from_str(include_str!("../../../settings.json")).unwrap();
    all.iter()
        .any(|setting| !setting["readBy"].is_null() && setting["variable"] == variable)
}

#[test]
fn every_supported_setting_is_read() {
    let supported = settings::ALL.iter().filter(|setting| setting.supported);
    let unread: Vec<_> = supported
        .map(|setting| setting.variable)
        .filter(|name| !is_read_elsewhere(name))
        .filter(|name| !counts(name))
        .collect();
    assert!(
        unread.is_empty(),
        "settings.json promises what nobody reads: {unread:?}"
    );
}

/// Every variable that Rotel reads in Lambda; `{}` stands for each signal.
const ROTELS: &[&str] = &[
    "ROTEL_ASYNC_RUST_LOGS_PROCESSOR",
    "ROTEL_ASYNC_RUST_METRICS_PROCESSOR",
    "ROTEL_ASYNC_RUST_TRACE_PROCESSOR",
    "ROTEL_AWSEMF_EXPORTER_CUSTOM_ENDPOINT",
    "ROTEL_AWSEMF_EXPORTER_EXCLUDE_DIMENSIONS",
    "ROTEL_AWSEMF_EXPORTER_INCLUDE_DIMENSIONS",
    "ROTEL_AWSEMF_EXPORTER_LOG_GROUP_NAME",
    "ROTEL_AWSEMF_EXPORTER_LOG_RETENTION",
    "ROTEL_AWSEMF_EXPORTER_LOG_STREAM_NAME",
    "ROTEL_AWSEMF_EXPORTER_NAMESPACE",
    "ROTEL_AWSEMF_EXPORTER_REGION",
    "ROTEL_AWSEMF_EXPORTER_RETAIN_INITIAL_VALUE_OF_DELTA_METRIC",
    "ROTEL_AWSEMF_EXPORTER_RETRY_INITIAL_BACKOFF",
    "ROTEL_AWSEMF_EXPORTER_RETRY_MAX_BACKOFF",
    "ROTEL_AWSEMF_EXPORTER_RETRY_MAX_ELAPSED_TIME",
    "ROTEL_AWSXRAY_EXPORTER_CUSTOM_ENDPOINT",
    "ROTEL_AWSXRAY_EXPORTER_REGION",
    "ROTEL_AWSXRAY_EXPORTER_RETRY_INITIAL_BACKOFF",
    "ROTEL_AWSXRAY_EXPORTER_RETRY_MAX_BACKOFF",
    "ROTEL_AWSXRAY_EXPORTER_RETRY_MAX_ELAPSED_TIME",
    "ROTEL_BATCH_MAX_SIZE",
    "ROTEL_BATCH_TIMEOUT",
    "ROTEL_CLICKHOUSE_EXPORTER_ASYNC_INSERT",
    "ROTEL_CLICKHOUSE_EXPORTER_COMPRESSION",
    "ROTEL_CLICKHOUSE_EXPORTER_DATABASE",
    "ROTEL_CLICKHOUSE_EXPORTER_ENABLE_JSON",
    "ROTEL_CLICKHOUSE_EXPORTER_ENDPOINT",
    "ROTEL_CLICKHOUSE_EXPORTER_NESTED_KV_MAX_DEPTH",
    "ROTEL_CLICKHOUSE_EXPORTER_PASSWORD",
    "ROTEL_CLICKHOUSE_EXPORTER_REQUEST_TIMEOUT",
    "ROTEL_CLICKHOUSE_EXPORTER_RETRY_INITIAL_BACKOFF",
    "ROTEL_CLICKHOUSE_EXPORTER_RETRY_MAX_BACKOFF",
    "ROTEL_CLICKHOUSE_EXPORTER_RETRY_MAX_ELAPSED_TIME",
    "ROTEL_CLICKHOUSE_EXPORTER_TABLE_PREFIX",
    "ROTEL_CLICKHOUSE_EXPORTER_USER",
    "ROTEL_DAEMON",
    "ROTEL_DATADOG_EXPORTER_API_KEY",
    "ROTEL_DATADOG_EXPORTER_CUSTOM_ENDPOINT",
    "ROTEL_DATADOG_EXPORTER_REGION",
    "ROTEL_DATADOG_EXPORTER_RETRY_INITIAL_BACKOFF",
    "ROTEL_DATADOG_EXPORTER_RETRY_MAX_BACKOFF",
    "ROTEL_DATADOG_EXPORTER_RETRY_MAX_ELAPSED_TIME",
    "ROTEL_DEBUG_LOG",
    "ROTEL_DEBUG_LOG_VERBOSITY",
    "ROTEL_DISABLE_BATCHING",
    "ROTEL_ENABLE_INTERNAL_TELEMETRY",
    "ROTEL_ENVIRONMENT",
    "ROTEL_ENV_FILE",
    "ROTEL_EXPORTER",
    "ROTEL_EXPORTERS",
    "ROTEL_EXPORTERS_INTERNAL_METRICS",
    "ROTEL_EXPORTERS_LOGS",
    "ROTEL_EXPORTERS_METRICS",
    "ROTEL_EXPORTERS_TRACES",
    "ROTEL_EXPORTER_RETRY_INITIAL_BACKOFF",
    "ROTEL_EXPORTER_RETRY_MAX_BACKOFF",
    "ROTEL_EXPORTER_RETRY_MAX_ELAPSED_TIME",
    "ROTEL_FILE_EXPORTER_PATH",
    "ROTEL_FLUENT_RECEIVER_ENDPOINT",
    "ROTEL_KAFKA_EXPORTER_BROKERS",
    "ROTEL_KMSG_RECEIVER_PRIORITY_LEVEL",
    "ROTEL_{}_BATCH_MAX_SIZE",
    "ROTEL_{}_BATCH_TIMEOUT",
    "ROTEL_LOG_FILE",
    "ROTEL_LOG_FORMAT",
    "ROTEL_OTEL_RESOURCE_ATTRIBUTES",
    "ROTEL_OTLP_EXPORTER_AUTHENTICATOR",
    "ROTEL_OTLP_EXPORTER_BASIC_AUTH_PASSWORD",
    "ROTEL_OTLP_EXPORTER_BASIC_AUTH_USERNAME",
    "ROTEL_OTLP_EXPORTER_COMPRESSION",
    "ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS",
    "ROTEL_OTLP_EXPORTER_ENDPOINT",
    "ROTEL_OTLP_EXPORTER_{}_COMPRESSION",
    "ROTEL_OTLP_EXPORTER_{}_CUSTOM_HEADERS",
    "ROTEL_OTLP_EXPORTER_{}_ENDPOINT",
    "ROTEL_OTLP_EXPORTER_{}_PROTOCOL",
    "ROTEL_OTLP_EXPORTER_{}_REQUEST_TIMEOUT",
    "ROTEL_OTLP_EXPORTER_{}_TLS_CA_FILE",
    "ROTEL_OTLP_EXPORTER_{}_TLS_CA_PEM",
    "ROTEL_OTLP_EXPORTER_{}_TLS_CERT_FILE",
    "ROTEL_OTLP_EXPORTER_{}_TLS_CERT_PEM",
    "ROTEL_OTLP_EXPORTER_{}_TLS_KEY_FILE",
    "ROTEL_OTLP_EXPORTER_{}_TLS_KEY_PEM",
    "ROTEL_OTLP_EXPORTER_{}_TLS_SKIP_VERIFY",
    "ROTEL_OTLP_EXPORTER_POOL_IDLE_TIMEOUT",
    "ROTEL_OTLP_EXPORTER_POOL_MAX_IDLE_PER_HOST",
    "ROTEL_OTLP_EXPORTER_PROTOCOL",
    "ROTEL_OTLP_EXPORTER_REQUEST_TIMEOUT",
    "ROTEL_OTLP_EXPORTER_RETRY_INITIAL_BACKOFF",
    "ROTEL_OTLP_EXPORTER_RETRY_MAX_BACKOFF",
    "ROTEL_OTLP_EXPORTER_RETRY_MAX_ELAPSED_TIME",
    "ROTEL_OTLP_EXPORTER_TLS_CA_FILE",
    "ROTEL_OTLP_EXPORTER_TLS_CA_PEM",
    "ROTEL_OTLP_EXPORTER_TLS_CERT_FILE",
    "ROTEL_OTLP_EXPORTER_TLS_CERT_PEM",
    "ROTEL_OTLP_EXPORTER_TLS_KEY_FILE",
    "ROTEL_OTLP_EXPORTER_TLS_KEY_PEM",
    "ROTEL_OTLP_EXPORTER_TLS_SKIP_VERIFY",
    "ROTEL_OTLP_GRPC_ENDPOINT",
    "ROTEL_OTLP_GRPC_HEADERS_TO_INCLUDE",
    "ROTEL_OTLP_GRPC_INCLUDE_METADATA",
    "ROTEL_OTLP_GRPC_MAX_RECV_MSG_SIZE_MIB",
    "ROTEL_OTLP_HTTP_ENDPOINT",
    "ROTEL_OTLP_HTTP_HEADERS_TO_INCLUDE",
    "ROTEL_OTLP_HTTP_INCLUDE_METADATA",
    "ROTEL_OTLP_RECEIVER_{}_DISABLED",
    "ROTEL_OTLP_RECEIVER_{}_HTTP_PATH",
    "ROTEL_OTLP_WITH_LOGS_PROCESSOR",
    "ROTEL_OTLP_WITH_METRICS_PROCESSOR",
    "ROTEL_OTLP_WITH_TRACE_PROCESSOR",
    "ROTEL_PID_FILE",
    "ROTEL_PPROF_CALL_GRAPH",
    "ROTEL_PPROF_FLAME_GRAPH",
    "ROTEL_PROMETHEUS_ENDPOINT",
    "ROTEL_RECEIVER",
    "ROTEL_RECEIVERS",
    "ROTEL_RUST_LOGS_PROCESSOR",
    "ROTEL_RUST_METRICS_PROCESSOR",
    "ROTEL_RUST_TRACE_PROCESSOR",
    "ROTEL_TELEMETRY_ENDPOINT",
];

#[test]
fn every_variable_of_rotels_counts_or_is_named_in_the_one_warning() {
    let names = ROTELS
        .iter()
        .flat_map(|name| ["LOGS", "METRICS", "TRACES"].map(|signal| name.replace("{}", signal)));
    for name in names {
        let Some(setting) = settings::find(&name) else {
            panic!("{name} is unknown")
        };
        let environment = Environment::from([(name.as_str(), "!")]);
        let (_, warnings) = Config::parse(&environment);
        let named = warnings
            .iter()
            .filter(|warning| warning.starts_with("these settings of Rotel have no effect") && warning.contains(&name));
        assert_eq!(named.count(), usize::from(!setting.supported), "{name}: {warnings:?}");
        let stray = warnings.iter().find(|warning| warning.contains("is not a setting"));
        assert!(stray.is_none(), "{name}: {warnings:?}");
    }
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
