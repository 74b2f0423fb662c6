//! Sending over gRPC, the default.

use std::io::Write;
use std::sync::Arc;

use crate::support::grpc::{GrpcBackend, LOGS, TRACES};
use crate::support::intake::body;
use crate::support::{Extension, Lambda, request_id, run, until};
use clickstack_extension::otlp::messages::collector::{ExportLogsServiceRequest, ExportTraceServiceRequest};
use prost::Message;
use tokio_rustls::TlsAcceptor;

const ENDPOINT: &str = "ROTEL_OTLP_EXPORTER_ENDPOINT";
const HEADERS: &str = "ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS";

fn bodies(backend: &GrpcBackend) -> Vec<String> {
    let requests = backend.calls(LOGS).into_iter();
    let requests = requests.map(|call| ExportLogsServiceRequest::decode(&*call.message).unwrap());
    let resources = requests.flat_map(|request| request.resource_logs);
    let scopes = resources.flat_map(|resource| resource.scope_logs);
    scopes
        .flat_map(|scope| scope.log_records)
        .map(|log| body(&log))
        .collect()
}

async fn says_once(extension: &Extension, words: &str) {
    until(words, || extension.lines_with(words) > 0).await;
    assert_eq!(extension.lines_with(words), 1);
}

#[test]
fn logs_and_spans_arrive_over_one_connection() {
    run(async {
        let (lambda, backend) = (Lambda::start().await, GrpcBackend::start(None).await);
        let url = backend.url("http");
        let headers = (HEADERS, "Authorization=bare-key,X-Team=blue");
        let _extension = Extension::start(&lambda.address(), &[(ENDPOINT, &url), headers]);
        lambda.asked(1).await;
        lambda.invocation(&request_id(1), &["one".into(), "two".into()]).await;
        let long = "three ".repeat(300);
        lambda.invocation(&request_id(2), std::slice::from_ref(&long)).await;
        assert_eq!(bodies(&backend), ["one", "two", &long]);
        let spans = ExportTraceServiceRequest::decode(&*backend.calls(TRACES)[0].message).unwrap();
        assert_eq!(spans.resource_spans[0].scope_spans[0].spans[0].name, "orders");
        assert_eq!(backend.connections(), 1);
        for small in [&backend.calls(LOGS)[0], &backend.calls(TRACES)[0]] {
            assert!(!small.headers.contains_key("grpc-encoding"), "not worth compressing");
        }
        let call = backend.calls(LOGS).remove(1);
        for (name, value) in [
            ("content-type", "application/grpc"),
            ("te", "trailers"),
            ("grpc-encoding", "gzip"),
            ("authorization", "bare-key"),
            ("x-team", "blue"),
        ] {
            assert_eq!(call.headers[name], value);
        }
        let timeout = call.headers["grpc-timeout"].to_str().unwrap();
        let timeout: u64 = timeout.strip_suffix('m').unwrap().parse().unwrap();
        assert!((1..=5_000).contains(&timeout), "{timeout}");
    });
}

#[test]
fn without_compression() {
    run(async {
        let (lambda, backend) = (Lambda::start().await, GrpcBackend::start(None).await);
        let url = backend.url("http");
        let none = ("ROTEL_OTLP_EXPORTER_COMPRESSION", "none");
        let _extension = Extension::start(&lambda.address(), &[(ENDPOINT, &url), none]);
        lambda.asked(1).await;
        let long = "long ".repeat(300);
        lambda.invocation(&request_id(1), std::slice::from_ref(&long)).await;
        assert_eq!(bodies(&backend), [long]);
        assert!(!backend.calls(LOGS)[0].headers.contains_key("grpc-encoding"));
    });
}

#[test]
fn what_fails_for_now_is_sent_again() {
    run(async {
        let (lambda, backend) = (Lambda::start().await, GrpcBackend::start(None).await);
        let url = backend.url("http");
        // On a slow machine it may be too late to retry within the flush; then the next flush retries, regardless of
        // the usual pause.
        let soon = ("ROTEL_EXPORTER_RETRY_INITIAL_BACKOFF", "1ms");
        let extension = Extension::start(&lambda.address(), &[(ENDPOINT, &*url), soon]);
        lambda.asked(1).await;
        // Logs and spans of the first invocation.
        backend.answer_next_with(14, "draining%2C come again");
        backend.answer_next_with(8, "");
        lambda.invocation(&request_id(1), &["one".into()]).await;
        says_once(&extension, "is kept in memory and sent again").await;
        lambda.invocation(&request_id(2), &["two".into()]).await;
        assert_eq!(bodies(&backend), ["one", "two"]);
        assert_eq!(backend.calls(TRACES).len(), 2);
    });
}

#[test]
fn what_is_refused_for_good_is_dropped_with_the_backends_words() {
    run(async {
        let (lambda, backend) = (Lambda::start().await, GrpcBackend::start(None).await);
        let url = backend.url("http");
        let logs_only = ("ROTEL_OTLP_EXPORTER_LOGS_ENDPOINT", &*url);
        let extension = Extension::start(&lambda.address(), &[logs_only]);
        lambda.asked(1).await;
        backend.answer_next_with(3, "no%20such%20dataset");
        lambda.invocation(&request_id(1), &["one".into()]).await;
        lambda.invocation(&request_id(2), &["two".into()]).await;
        let bodies = bodies(&backend);
        assert!(
            bodies.contains(&"two".into()) && !bodies.contains(&"one".into()),
            "{bodies:?}"
        );
        says_once(&extension, "answered INVALID_ARGUMENT: no such dataset").await;
    });
}

#[test]
fn a_wrong_key_is_named_and_nothing_is_lost() {
    run(async {
        let (lambda, backend) = (Lambda::start().await, GrpcBackend::start(None).await);
        let url = backend.url("http");
        let extension = Extension::start(&lambda.address(), &[("ROTEL_OTLP_EXPORTER_LOGS_ENDPOINT", &url)]);
        lambda.asked(1).await;
        backend.answer_next_with(16, "bad key");
        lambda.invocation(&request_id(1), &["one".into()]).await;
        says_once(&extension, "check the key in the exporter's").await;
        lambda.invocation(&request_id(2), &["two".into()]).await;
        assert_eq!(bodies(&backend), ["one", "two"]);
    });
}

/// A certificate for `localhost` and its authority's, created for this test.
fn certificate() -> (tempfile::NamedTempFile, TlsAcceptor) {
    let key = rcgen::KeyPair::generate().unwrap();
    let certificate = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
    let certificate = certificate.self_signed(&key).unwrap();
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(certificate.pem().as_bytes()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let key = rustls::pki_types::PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    config.alpn_protocols = vec![b"h2".to_vec()];
    (file, TlsAcceptor::from(Arc::new(config)))
}

#[test]
fn over_tls() {
    run(async {
        let (file, acceptor) = certificate();
        let (lambda, backend) = (Lambda::start().await, GrpcBackend::start(Some(acceptor)).await);
        let (url, path) = (backend.url("https"), file.path().to_str().unwrap());
        let authority = ("ROTEL_OTLP_EXPORTER_TLS_CA_FILE", path);
        let _extension = Extension::start(&lambda.address(), &[(ENDPOINT, &url), authority]);
        lambda.asked(1).await;
        lambda.invocation(&request_id(1), &["one".into()]).await;
        lambda.invocation(&request_id(2), &["two".into()]).await;
        assert_eq!(bodies(&backend), ["one", "two"]);
        assert_eq!(backend.connections(), 1);
    });
}

#[test]
fn each_signal_its_own_way() {
    run(async {
        let lambda = Lambda::start().await;
        let (grpc, http) = (GrpcBackend::start(None).await, crate::support::Intake::start().await);
        let (url, traces) = (grpc.url("http"), format!("{}/v1/traces", http.url()));
        let variables = [
            (ENDPOINT, &*url),
            ("ROTEL_OTLP_EXPORTER_TRACES_ENDPOINT", &*traces),
            ("ROTEL_OTLP_EXPORTER_TRACES_PROTOCOL", "http"),
        ];
        let _extension = Extension::start(&lambda.address(), &variables);
        lambda.asked(1).await;
        lambda.invocation(&request_id(1), &["one".into()]).await;
        assert_eq!(bodies(&grpc), ["one"]);
        assert!(grpc.calls(TRACES).is_empty());
        assert_eq!(http.spans().len(), 1);
    });
}

#[test]
fn the_standard_variables_lead_to_a_backend_too() {
    run(async {
        let (lambda, intake) = (Lambda::start().await, crate::support::Intake::start().await);
        intake.require_key("Bearer a,b");
        let url = intake.url();
        let variables = [
            ("OTEL_EXPORTER_OTLP_ENDPOINT", &*url),
            ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Bearer%20a%2Cb"),
        ];
        let _extension = Extension::start(&lambda.address(), &variables);
        lambda.asked(1).await;
        lambda.invocation(&request_id(1), &["one".into()]).await;
        assert_eq!(intake.bodies(), ["one"]);
    });
}
