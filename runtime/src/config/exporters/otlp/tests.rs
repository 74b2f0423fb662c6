//! OTLP targets by signal, and the standard variables.

use std::time::Duration;

use crate::aws::secrets::Values;
use crate::config::testing::{ARN, URL, is_blackhole, parse, resolved, value_of};
use crate::config::*;
use crate::http::{Identity, Pem};

const STANDARD: (&str, &str) = ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://standard.example.com/base");

/// Logs, traces and metrics for settings without a warning.
fn targets(variables: &[(&str, &str)]) -> [OtlpTarget; 3] {
    let (config, warnings) = parse(variables);
    assert_eq!(warnings, Vec::<String>::new());
    let otlp = resolved(&config, &Values::default());
    [otlp.logs, otlp.traces, otlp.metrics].map(Option::unwrap)
}

fn headers(target: &OtlpTarget) -> Vec<(&str, &str)> {
    let headers = target.headers.iter();
    headers
        .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
        .collect()
}

#[test]
fn grpc_is_the_default_and_has_no_path_of_its_own() {
    for variables in [vec![URL], vec![URL, ("ROTEL_OTLP_EXPORTER_PROTOCOL", "GRPC")]] {
        for target in targets(&variables) {
            assert_eq!(target.protocol, OtlpProtocol::Grpc);
            assert_eq!(target.endpoint.to_string(), "https://in.example.com/base/");
        }
    }
}

#[test]
fn a_signals_own_settings_win() {
    let [logs, traces, metrics] = targets(&[
        URL,
        ("ROTEL_OTLP_EXPORTER_TRACES_ENDPOINT", "http://traces:4318/x"),
        ("ROTEL_OTLP_EXPORTER_TRACES_PROTOCOL", "http"),
        ("ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS", "a=all"),
        ("ROTEL_OTLP_EXPORTER_LOGS_CUSTOM_HEADERS", "a=logs,b=2"),
        ("ROTEL_OTLP_EXPORTER_METRICS_COMPRESSION", "none"),
        ("ROTEL_OTLP_EXPORTER_LOGS_REQUEST_TIMEOUT", "1s"),
        ("ROTEL_OTLP_EXPORTER_TLS_CA_FILE", "/ca.pem"),
        ("ROTEL_OTLP_EXPORTER_LOGS_TLS_CA_PEM", "text"),
    ]);
    assert_eq!(
        (traces.protocol, metrics.protocol),
        (OtlpProtocol::Http, OtlpProtocol::Grpc)
    );
    assert_eq!(traces.endpoint.to_string(), "http://traces:4318/x");
    assert_eq!(headers(&logs), [("a", "logs"), ("b", "2")]);
    assert_eq!(headers(&traces), [("a", "all")]);
    assert!(logs.gzip && traces.gzip && !metrics.gzip);
    assert_eq!(
        (logs.timeout, metrics.timeout),
        (Duration::from_secs(1), Duration::from_secs(5))
    );
    assert_eq!(logs.tls.authorities, Some(Pem::Text("text".into())));
    assert_eq!(metrics.tls.authorities, Some(Pem::File("/ca.pem".into())));
}

#[test]
fn a_bad_value_of_a_signal_leaves_the_common_one() {
    let (config, warnings) = parse(&[
        URL,
        ("ROTEL_OTLP_EXPORTER_COMPRESSION", "none"),
        ("ROTEL_OTLP_EXPORTER_LOGS_COMPRESSION", "zstd"),
    ]);
    let expected = "ROTEL_OTLP_EXPORTER_LOGS_COMPRESSION must be one of: gzip, none; ignored";
    assert_eq!(warnings, [expected]);
    assert!(!resolved(&config, &Values::default()).logs.unwrap().gzip);
}

#[test]
fn client_certificates_need_their_keys() {
    let certificate = ("ROTEL_OTLP_EXPORTER_TLS_CERT_FILE", "/cert.pem");
    let [logs, ..] = targets(&[URL, certificate, ("ROTEL_OTLP_EXPORTER_TLS_KEY_PEM", "hidden\\nkey")]);
    let identity = Identity {
        certificate: Pem::File("/cert.pem".into()),
        key: Pem::Text("hidden\nkey".into()),
    };
    assert!(!format!("{logs:?}").contains("hidden"), "{logs:?}");
    assert_eq!(logs.tls.identity, Some(identity));
    let (config, warnings) = parse(&[URL, certificate]);
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(
        warnings[0].starts_with("ROTEL_OTLP_EXPORTER_TLS_CERT_FILE is set without its key"),
        "{warnings:?}"
    );
    assert_eq!(resolved(&config, &Values::default()).logs.unwrap().tls.identity, None);
}

#[test]
fn unverified_servers_are_warned_of_once() {
    for spelling in ["true", "TRUE", "1"] {
        let (config, warnings) = parse(&[URL, ("ROTEL_OTLP_EXPORTER_TLS_SKIP_VERIFY", spelling)]);
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert!(warnings[0].contains("certificates are not verified"), "{warnings:?}");
        assert!(resolved(&config, &Values::default()).traces.unwrap().tls.skip_verify);
    }
}

#[test]
fn the_basic_authenticator() {
    let password = format!("${{{ARN}}}");
    let basic = ("ROTEL_OTLP_EXPORTER_AUTHENTICATOR", "basic");
    let user = ("ROTEL_OTLP_EXPORTER_BASIC_AUTH_USERNAME", "user");
    let (config, warnings) = parse(&[URL, basic, user, ("ROTEL_OTLP_EXPORTER_BASIC_AUTH_PASSWORD", &password)]);
    assert!(warnings.is_empty(), "{warnings:?}");
    assert!(config.destinations[0].settings.resolve(&Values::default()).is_err());
    let otlp = resolved(&config, &value_of(ARN, "hidden"));
    assert!(!format!("{otlp:?}").contains("dXNlcj"), "{otlp:?}");
    assert_eq!(
        headers(&otlp.metrics.unwrap()),
        [("authorization", "Basic dXNlcjpoaWRkZW4=")]
    );
    let other = ("ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS", "Authorization=key,a=1");
    let [logs, ..] = targets(&[URL, basic, user, other]);
    assert_eq!(headers(&logs), [("authorization", "Basic dXNlcjo="), ("a", "1")]);

    for (variables, expected) in [
        (vec![basic], "ROTEL_OTLP_EXPORTER_AUTHENTICATOR=basic has no user"),
        (
            vec![user],
            "ROTEL_OTLP_EXPORTER_BASIC_AUTH_USERNAME has no effect without",
        ),
        (
            vec![("ROTEL_OTLP_EXPORTER_AUTHENTICATOR", "sigv4auth")],
            "ROTEL_OTLP_EXPORTER_AUTHENTICATOR is sigv4auth, which this extension does not support",
        ),
    ] {
        let (_, warnings) = parse(&[&[URL], &variables[..]].concat());
        assert_eq!(warnings.len(), 1, "{warnings:?}");
        assert!(warnings[0].starts_with(expected), "{warnings:?}");
    }
}

#[test]
fn the_standard_variables_fill_what_is_open() {
    let [logs, traces, metrics] = targets(&[
        STANDARD,
        ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://traces:4317"),
        ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "grpc"),
        ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20a%2Cb"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "1500"),
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "none"),
        ("OTEL_EXPORTER_OTLP_CERTIFICATE", "/ca.pem"),
        ("ROTEL_OTLP_EXPORTER_METRICS_CUSTOM_HEADERS", "a=%20"),
    ]);
    assert_eq!(logs.endpoint.to_string(), "https://standard.example.com/base/v1/logs");
    assert_eq!(traces.endpoint.to_string(), "http://traces:4317/");
    assert_eq!(
        (logs.protocol, traces.protocol),
        (OtlpProtocol::Http, OtlpProtocol::Grpc)
    );
    assert_eq!(headers(&logs), [("authorization", "Bearer a,b")]);
    assert_eq!(headers(&metrics), [("a", "%20")]);
    assert_eq!(logs.timeout, Duration::from_millis(1500));
    assert!(!logs.gzip);
    assert_eq!(logs.tls.authorities, Some(Pem::File("/ca.pem".into())));
}

/// A key that is meant for one backend must not go to another.
#[test]
fn the_standard_variables_stay_together() {
    let [logs, ..] = targets(&[
        URL,
        STANDARD,
        ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=hidden"),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "nonsense"),
    ]);
    assert_eq!(logs.endpoint.to_string(), "https://in.example.com/base/");
    assert!(logs.headers.is_empty());
    assert_eq!(logs.protocol, OtlpProtocol::Grpc);
}

#[test]
fn telemetry_never_comes_back_to_the_receivers() {
    for (variable, url) in [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4318"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:4317"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://[::1]:4318/"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://sandbox.localdomain:4318/"),
        ("ROTEL_OTLP_EXPORTER_ENDPOINT", "http://0.0.0.0:4318"),
    ] {
        let (config, warnings) = parse(&[(variable, url)]);
        assert_eq!(warnings.len(), 2, "{warnings:?}");
        let expected = format!("{variable} is the extension's own receiver, so telemetry would never leave; ignored");
        assert_eq!(warnings[0], expected);
        assert!(is_blackhole(&config));
    }
    let elsewhere = [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://localhost:4318"),
        ("ROTEL_OTLP_HTTP_ENDPOINT", "127.0.0.1:5318"),
    ];
    assert_eq!(
        targets(&elsewhere)[0].endpoint.to_string(),
        "http://localhost:4318/v1/logs"
    );
    // Meant for the function's SDK, and not needed here.
    assert_eq!(parse(&[URL, elsewhere[0]]).1, Vec::<String>::new());
}

#[test]
fn standard_variables_hold_no_references() {
    let reference = format!("authorization=${{{ARN}}}");
    let (config, warnings) = parse(&[STANDARD, ("OTEL_EXPORTER_OTLP_HEADERS", &reference)]);
    let expected = "OTEL_EXPORTER_OTLP_HEADERS refers to a secret, which only ROTEL_* settings can do; ignored";
    assert_eq!(warnings, [expected]);
    assert!(config.secret_references.is_empty());
    assert!(resolved(&config, &Values::default()).logs.unwrap().headers.is_empty());
}

#[test]
fn every_variable_is_in_the_table() {
    for signal in ["LOGS", "TRACES", "METRICS"] {
        for parameter in [
            "ENDPOINT",
            "PROTOCOL",
            "CUSTOM_HEADERS",
            "COMPRESSION",
            "REQUEST_TIMEOUT",
            "TLS_CA_FILE",
            "TLS_CERT_PEM",
            "TLS_SKIP_VERIFY",
        ] {
            for name in [
                format!("ROTEL_OTLP_EXPORTER_{signal}_{parameter}"),
                format!("ROTEL_OTLP_EXPORTER_{parameter}"),
            ] {
                assert!(settings::find(&name).is_some_and(|setting| setting.supported), "{name}");
            }
        }
        for parameter in [
            "ENDPOINT",
            "PROTOCOL",
            "HEADERS",
            "COMPRESSION",
            "TIMEOUT",
            "CERTIFICATE",
            "CLIENT_CERTIFICATE",
            "CLIENT_KEY",
        ] {
            for name in [
                format!("OTEL_EXPORTER_OTLP_{signal}_{parameter}"),
                format!("OTEL_EXPORTER_OTLP_{parameter}"),
            ] {
                assert!(settings::find(&name).is_some_and(|setting| setting.supported), "{name}");
            }
        }
        for name in [
            format!("ROTEL_OTLP_RECEIVER_{signal}_DISABLED"),
            format!("ROTEL_OTLP_RECEIVER_{signal}_HTTP_PATH"),
        ] {
            assert!(settings::find(&name).is_some_and(|setting| setting.supported), "{name}");
        }
    }
}

#[test]
fn receivers() {
    let (config, warnings) = parse(&[
        URL,
        ("ROTEL_OTLP_GRPC_ENDPOINT", "localhost:5317"),
        ("ROTEL_OTLP_GRPC_MAX_RECV_MSG_SIZE_MIB", "0"),
        ("ROTEL_OTLP_RECEIVER_METRICS_DISABLED", "yes"),
    ]);
    let expected = [
        "ROTEL_OTLP_RECEIVER_METRICS_DISABLED must be true or false; using false",
        "ROTEL_OTLP_GRPC_MAX_RECV_MSG_SIZE_MIB is not a number of MiB from 1 to 1024; using 4",
    ];
    assert_eq!(warnings, expected);
    assert_eq!(config.receiver.grpc_address.to_string(), "127.0.0.1:5317");
    assert_eq!(config.receiver.largest_grpc_message, 4 * 1024 * 1024);
    assert_eq!(config.receiver.paths.len(), 3);
    let (config, _) = parse(&[URL, ("ROTEL_OTLP_GRPC_MAX_RECV_MSG_SIZE_MIB", "16")]);
    assert_eq!(config.receiver.largest_grpc_message, 16 * 1024 * 1024);
}

#[test]
fn managed_clickstack_is_one_setting() {
    let managed = ("CLICKSTACK_MANAGED", "true");
    let key = ("ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS", "Authorization=the-key");
    for (endpoint, expected) in [
        ("in.example.com", "https://in.example.com/v1/logs"),
        ("in.example.com/base", "https://in.example.com/base/v1/logs"),
        ("https://in.example.com:8443", "https://in.example.com:8443/v1/logs"),
        ("in.example.com:8443", "https://in.example.com:8443/v1/logs"),
    ] {
        let [logs, ..] = targets(&[managed, ("ROTEL_OTLP_EXPORTER_ENDPOINT", endpoint), key]);
        assert_eq!(logs.protocol, OtlpProtocol::Http);
        assert_eq!(logs.endpoint.to_string(), expected);
        assert_eq!(headers(&logs), [("authorization", "Bearer the-key")]);
    }
    let [logs, ..] = targets(&[
        managed,
        URL,
        ("ROTEL_OTLP_EXPORTER_PROTOCOL", "grpc"),
        ("ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS", "Authorization=Basic abc"),
    ]);
    assert_eq!(logs.protocol, OtlpProtocol::Grpc);
    assert_eq!(headers(&logs), [("authorization", "Basic abc")]);
    let [logs, ..] = targets(&[("CLICKSTACK_MANAGED", "false"), URL, key]);
    assert_eq!(logs.protocol, OtlpProtocol::Grpc);
    assert_eq!(headers(&logs), [("authorization", "the-key")]);
}

#[test]
fn without_a_web_identity_token_nothing_is_exported() {
    let (config, warnings) = parse(&[
        URL,
        ("CLICKSTACK_WEB_IDENTITY_AUDIENCE", "https://collector.example.com"),
    ]);
    assert_eq!(warnings, Vec::<String>::new());
    assert_eq!(
        config.web_identity_audience.as_deref(),
        Some("https://collector.example.com")
    );
    assert!(config.needs_secrets());
    let reason = config.destinations[0].settings.resolve(&Values::default()).unwrap_err();
    assert!(
        reason.contains("CLICKSTACK_WEB_IDENTITY_AUDIENCE needs a web identity token"),
        "{reason}"
    );
}

#[test]
fn presets_that_cannot_apply_are_reported() {
    let long = "a".repeat(1001);
    let (config, warnings) = parse(&[
        URL,
        ("CLICKSTACK_WEB_IDENTITY_AUDIENCE", &long),
        ("CLICKSTACK_MANAGED", "yes"),
    ]);
    assert_eq!(config.web_identity_audience, None);
    assert_eq!(warnings.len(), 2, "{warnings:?}");
    let (_, warnings) = parse(&[
        ("ROTEL_EXPORTERS", "a:otlp"),
        ("ROTEL_EXPORTER_A_ENDPOINT", "https://in.example.com"),
        ("CLICKSTACK_MANAGED", "true"),
    ]);
    assert!(
        warnings
            .iter()
            .any(|warning| warning.starts_with("CLICKSTACK_MANAGED has no effect on the exporters")),
        "{warnings:?}"
    );
}
