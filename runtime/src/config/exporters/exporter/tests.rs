//! The exporter configured by complete environments.

use std::time::Duration;

use crate::aws::secrets::Values;
use crate::config::testing::{ARN, HTTP, URL, is_blackhole, parse, resolved, value_of, warnings};
use crate::config::*;
use crate::http::{Pem, TlsOptions};

const HEADERS: &str = "ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS";

/// The exporter for settings without a warning.
fn otlp(variables: &[(&str, &str)]) -> OtlpConfig {
    let (config, warnings) = parse(&[&[URL, HTTP], variables].concat());
    assert_eq!(warnings, Vec::<String>::new());
    resolved(&config, &Values::default())
}

fn logs(variables: &[(&str, &str)]) -> OtlpTarget {
    otlp(variables).logs.unwrap()
}

fn headers(text: &str) -> Vec<(String, String)> {
    let headers = logs(&[(HEADERS, text)]).headers;
    headers
        .iter()
        .map(|(name, value)| (name.to_string(), String::from_utf8(value.as_bytes().to_vec()).unwrap()))
        .collect()
}

#[test]
fn builds_the_otlp_exporter() {
    let config = otlp(&[
        (HEADERS, "Authorization=key"),
        ("ROTEL_OTLP_EXPORTER_TRACES_ENDPOINT", "http://other:4318/t"),
        ("ROTEL_OTLP_EXPORTER_COMPRESSION", "none"),
        ("ROTEL_OTLP_EXPORTER_REQUEST_TIMEOUT", "250ms"),
        ("ROTEL_OTLP_EXPORTER_TLS_CA_FILE", "/var/task/ca.pem"),
    ]);
    let shown = |target: &Option<OtlpTarget>| target.as_ref().unwrap().endpoint.to_string();
    assert_eq!(shown(&config.logs), "https://in.example.com/base/v1/logs");
    assert_eq!(shown(&config.traces), "http://other:4318/t");
    assert_eq!(shown(&config.metrics), "https://in.example.com/base/v1/metrics");
    for target in [config.logs, config.traces, config.metrics].map(Option::unwrap) {
        assert_eq!(target.protocol, OtlpProtocol::Http);
        assert!(!target.gzip && target.headers.len() == 1);
        assert_eq!(target.timeout, Duration::from_millis(250));
        assert_eq!(target.tls.authorities, Some(Pem::File("/var/task/ca.pem".into())));
    }
    let defaults = logs(&[]);
    assert!(defaults.gzip && defaults.headers.is_empty());
    assert_eq!(defaults.tls, TlsOptions::default());
    assert_eq!(defaults.timeout, Duration::from_secs(5));
}

#[test]
fn what_describes_the_request_itself_is_no_header_of_the_users() {
    let own = "Content-Length=5,content-type=text/plain,Host=backend.internal";
    let (config, warnings) = parse(&[URL, HTTP, (HEADERS, own)]);
    let reason = "ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS: entry 1 has a key that the extension sets itself; ignored";
    assert_eq!((warnings.len(), warnings[0].as_str()), (2, reason));
    assert_eq!(resolved(&config, &Values::default()).logs.unwrap().headers.len(), 1);
    let (config, _) = parse(&[URL, HTTP, (HEADERS, &format!("${{{ARN}}}"))]);
    assert_eq!(resolved(&config, &value_of(ARN, own)).logs.unwrap().headers.len(), 1);
}

#[test]
fn passes_header_values_unchanged() {
    let one = |value: &str| vec![("authorization".to_owned(), value.to_owned())];
    assert_eq!(headers("Authorization=0b4a-key"), one("0b4a-key"));
    assert_eq!(headers("Authorization=Bearer 0b4a=="), one("Bearer 0b4a=="));
    assert_eq!(headers(r#"Authorization="a,b""#), one("a,b"));
    assert_eq!(headers("a=1, b=2").len(), 2);
    assert_eq!(headers("Authorization=ü%20=,"), one("ü%20="));
    assert_eq!(headers("Authorization="), one(""));
    assert_eq!(headers("authorization=old,Authorization=new"), one("new"));
}

#[test]
fn fills_secrets_into_headers() {
    let document = "a=1,b=2";
    for (text, secret, expected) in [
        (
            format!("Authorization=Bearer ${{{ARN}}}"),
            "k,=\n",
            vec![("authorization", "Bearer k,=")],
        ),
        (format!("a=<${{{ARN}}}>"), "\r\nk\r\n", vec![("a", "<k>")]),
        (format!("${{{ARN}}}"), document, vec![("a", "1"), ("b", "2")]),
        (format!("secret://{ARN}"), document, vec![("a", "1"), ("b", "2")]),
        (
            format!("c=3,${{{ARN}}}"),
            document,
            vec![("c", "3"), ("a", "1"), ("b", "2")],
        ),
    ] {
        let (config, warnings) = parse(&[URL, HTTP, (HEADERS, &text)]);
        assert_eq!((warnings.len(), config.secret_references.len()), (0, 1), "{warnings:?}");
        assert_eq!(config.secret_references[0].variable, HEADERS);
        let unresolved = config.destinations[0].settings.resolve(&Values::default()).unwrap_err();
        assert!(unresolved.contains(HEADERS) && unresolved.contains(ARN), "{unresolved}");
        let headers = resolved(&config, &value_of(ARN, secret)).logs.unwrap().headers;
        let headers: Vec<_> = headers
            .iter()
            .map(|(name, value)| (name.as_str(), value.to_str().unwrap()))
            .collect();
        assert_eq!(headers, expected);
    }
}

#[test]
fn fills_secrets_into_any_exporter_setting() {
    let reference = format!("${{{ARN}}}");
    for (variable, value) in [
        ("ROTEL_EXPORTER", "otlp"),
        ("ROTEL_OTLP_EXPORTER_ENDPOINT", "http://a"),
        ("ROTEL_OTLP_EXPORTER_PROTOCOL", "http"),
        ("ROTEL_OTLP_EXPORTER_COMPRESSION", "none"),
        ("ROTEL_OTLP_EXPORTER_REQUEST_TIMEOUT", "1s"),
    ] {
        let (config, warnings) = parse(&[URL, HTTP, (variable, &reference)]);
        assert!(warnings.is_empty(), "{warnings:?}");
        let resolved = config.destinations[0].settings.resolve(&value_of(ARN, value));
        assert!(
            matches!(resolved, Ok(ExporterConfig::Otlp(_))),
            "{variable}: {resolved:?}"
        );
        let reason = config.destinations[0]
            .settings
            .resolve(&value_of(ARN, "hidden value"))
            .unwrap_err();
        assert!(reason.starts_with(variable) && !reason.contains("hidden"), "{reason}");
    }
}

#[test]
fn leaves_bad_headers_out_and_never_shows_them() {
    let text = "hidden1,ok=1,bad name=hidden2,c=hidden\u{7}3";
    let (config, warnings) = parse(&[URL, HTTP, (HEADERS, text)]);
    assert_eq!(warnings.len(), 3);
    assert!(
        warnings[1].starts_with("ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS: entry 3 has a key that is not"),
        "{warnings:?}"
    );
    let headers = resolved(&config, &Values::default()).logs.unwrap().headers;
    assert_eq!(headers.len(), 1);
    let shown = format!("{warnings:?} {config:?} {:?}", config.destinations);
    assert!(!shown.contains("hidden"), "{shown}");
}

#[test]
fn shows_no_key_of_a_resolved_exporter() {
    let config = otlp(&[
        (HEADERS, "Authorization=hidden"),
        ("ROTEL_OTLP_EXPORTER_LOGS_ENDPOINT", "http://a/?k=hidden"),
    ]);
    let shown = format!("{config:?}");
    assert!(!shown.contains("hidden") && shown.contains("authorization"), "{shown}");
}

#[test]
fn drops_everything_and_says_so_where_there_is_no_way_out() {
    let otlp = "ROTEL_EXPORTER=otlp has no endpoint; set ROTEL_OTLP_EXPORTER_ENDPOINT to the URL of your OTLP \
                backend; all telemetry is dropped until this is fixed";
    let other = "ROTEL_EXPORTER=datadog is not supported; set ROTEL_EXPORTER=otlp; all telemetry is dropped until \
                 this is fixed";
    let scheme = "ROTEL_OTLP_EXPORTER_ENDPOINT is not usable: it has no scheme; begin it with http:// or https://; \
                  ignored";
    for (variables, expected) in [
        (vec![("ROTEL_EXPORTER", "otlp")], otlp),
        (vec![URL, HTTP, ("ROTEL_EXPORTER", "datadog")], other),
        (vec![HTTP, (URL.0, "in.example.com")], scheme),
        (vec![HTTP, (URL.0, "in.example.com:")], scheme),
    ] {
        let (config, warnings) = parse(&variables);
        assert!(is_blackhole(&config), "{variables:?}");
        assert_eq!(warnings[0], expected);
    }
    assert!(warnings(&[URL]).is_empty());
}

#[test]
fn takes_a_host_with_its_port_for_http_as_rotel_does() {
    for (text, expected) in [
        ("in.example.com:4318", "http://in.example.com:4318/v1/logs"),
        ("10.0.0.1:80/base/", "http://10.0.0.1/base/v1/logs"),
        ("[fd00::1]:4318", "http://[fd00::1]:4318/v1/logs"),
    ] {
        let (config, warnings) = parse(&[(URL.0, text), HTTP]);
        assert_eq!(warnings, Vec::<String>::new(), "{text}");
        let logs = resolved(&config, &Values::default()).logs.unwrap();
        assert_eq!(logs.endpoint.to_string(), expected);
    }
    let (config, warnings) = parse(&[("OTEL_EXPORTER_OTLP_ENDPOINT", "in.example.com:4318")]);
    assert!(
        is_blackhole(&config) && warnings[0].contains("has no scheme"),
        "{warnings:?}"
    );
    assert!(
        is_blackhole(&parse(&[(URL.0, "localhost:4318"), HTTP]).0),
        "our own receiver"
    );
}

#[test]
fn says_which_signals_have_no_endpoint() {
    let (config, warnings) = parse(&[HTTP, ("ROTEL_OTLP_EXPORTER_LOGS_ENDPOINT", "http://a/logs")]);
    assert_eq!(warnings.len(), 1);
    assert!(
        warnings[0].contains("ROTEL_OTLP_EXPORTER_TRACES_ENDPOINT, ROTEL_OTLP_EXPORTER_METRICS"),
        "{warnings:?}"
    );
    let otlp = resolved(&config, &Values::default());
    assert!(otlp.logs.is_some() && otlp.traces.is_none() && otlp.metrics.is_none());
}
