//! Backends that reject requests, ask for a delay or are not OTLP backends.

use std::cell::{Cell, RefCell};
use std::io::Write;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use crate::support::grpc::GrpcBackend;
use crate::support::server::{Server, answer};
use crate::support::{Extension, Lambda, request_id, run};
use clickstack_extension::otlp::messages::collector::{ExportLogsPartialSuccess, ExportLogsServiceResponse};
use prost::Message;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::pki_types::CertificateDer;
use tempfile::NamedTempFile;
use tokio_rustls::TlsAcceptor;

fn url(server: &Server) -> String {
    format!("http://127.0.0.1:{}", server.port)
}

#[test]
fn a_backend_that_asks_for_patience_is_left_alone_for_so_long() {
    run(async {
        let (lambda, requests) = (Lambda::start().await, Rc::new(Cell::new(0)));
        let seen = Rc::clone(&requests);
        let server = Server::start(0, move |_| {
            seen.set(seen.get() + 1);
            async {
                let mut busy = answer(429, "");
                busy.headers_mut().insert("retry-after", "3600".parse().unwrap());
                busy
            }
        })
        .await;
        let mut extension = Extension::exporting(&lambda.address(), &url(&server), &[]);
        lambda.asked(1).await;
        for number in 0..5 {
            lambda.invocation(&request_id(number), &["x".into()]).await;
        }
        assert_eq!(requests.get(), 2, "one request for logs, one for traces");
        lambda.shutdown("spindown");
        assert_eq!(extension.ended().await, 0);
        assert!(extension.lines_with("429") >= 1, "{}", extension.output());
    });
}

#[test]
fn a_partial_success_is_counted_and_not_sent_again() {
    run(async {
        let (lambda, logs) = (Lambda::start().await, Rc::new(RefCell::new(0)));
        let seen = Rc::clone(&logs);
        let server = Server::start(0, move |call| {
            let body = if call.path == "/v1/logs" {
                *seen.borrow_mut() += 1;
                let partial_success = Some(ExportLogsPartialSuccess {
                    rejected_log_records: 1,
                    error_message: "too old".into(),
                });
                ExportLogsServiceResponse { partial_success }.encode_to_vec()
            } else {
                Vec::new()
            };
            async move {
                let mut taken = answer(200, body);
                let kind = "application/x-protobuf".parse().unwrap();
                taken.headers_mut().insert("content-type", kind);
                taken
            }
        })
        .await;
        let mut extension = Extension::exporting(&lambda.address(), &url(&server), &[]);
        lambda.asked(1).await;
        lambda.invocation(&request_id(1), &["one".into(), "two".into()]).await;
        assert_eq!(*logs.borrow(), 1);
        lambda.invocation(&request_id(2), &["three".into()]).await;
        assert_eq!(*logs.borrow(), 2, "what was refused is not sent again");
        assert_eq!(extension.lines_with("refused a part: too old"), 1, "said once");
        lambda.shutdown("spindown");
        assert_eq!(extension.ended().await, 0);
        assert_eq!(
            extension.lines_with("refused by the backend"),
            1,
            "{}",
            extension.output()
        );
    });
}

#[test]
fn a_page_that_answers_everything_takes_nothing() {
    run(async {
        let (lambda, is_page) = (Lambda::start().await, Rc::new(Cell::new(true)));
        let lines = Rc::new(Cell::new(0));
        let (page, seen) = (Rc::clone(&is_page), Rc::clone(&lines));
        let server = Server::start(0, move |call| {
            let (page, seen) = (Rc::clone(&page), Rc::clone(&seen));
            async move {
                if page.get() {
                    let mut page = answer(200, "<!doctype html><title>Sign in</title>");
                    let kind = "text/html; charset=utf-8".parse().unwrap();
                    page.headers_mut().insert("content-type", kind);
                    return page;
                }
                seen.set(seen.get() + usize::from(call.path == "/v1/logs"));
                answer(200, "")
            }
        })
        .await;
        let mut extension = Extension::exporting(&lambda.address(), &url(&server), &[]);
        lambda.asked(1).await;
        for number in 0..3 {
            lambda.invocation(&request_id(number), &["x".into()]).await;
        }
        assert_eq!(lines.get(), 0);
        is_page.set(false);
        lambda.shutdown("spindown");
        assert_eq!(extension.ended().await, 0);
        assert!(lines.get() > 0, "what was kept is sent");
        let said = extension.lines_with("is not an OTLP endpoint: answered text/html");
        assert_eq!(said, 1, "{}", extension.output());
        assert_eq!(extension.lines_with("records dropped"), 0);
    });
}

#[test]
fn a_name_that_does_not_resolve_costs_no_invocation() {
    run(async {
        let lambda = Lambda::start().await;
        let mut extension = Extension::exporting(&lambda.address(), "http://backend.invalid:4318", &[]);
        lambda.asked(1).await;
        for number in 0..3 {
            lambda.invocation(&request_id(number), &["x".into()]).await;
        }
        lambda.shutdown("spindown");
        assert_eq!(extension.ended().await, 0);
        assert_eq!(extension.lines_with("backend.invalid"), 1, "{}", extension.output());
    });
}

/// A server's certificate for this name, valid until the end of that year, and its authority in a file.
fn certificate(name: &str, year: i32) -> (NamedTempFile, TlsAcceptor) {
    let authority_key = KeyPair::generate().unwrap();
    let mut authority = CertificateParams::new(Vec::new()).unwrap();
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let mut file = NamedTempFile::new().unwrap();
    let pem = authority.self_signed(&authority_key).unwrap().pem();
    file.write_all(pem.as_bytes()).unwrap();
    let key = KeyPair::generate().unwrap();
    let mut leaf = CertificateParams::new(vec![name.to_owned()]).unwrap();
    leaf.not_before = date_time_ymd(2000, 1, 1);
    leaf.not_after = date_time_ymd(year, 12, 31);
    let leaf = leaf.signed_by(&key, &Issuer::new(authority, authority_key)).unwrap();
    (file, acceptor(leaf.der().clone(), &key))
}

/// A server's side of TLS with this certificate.
fn acceptor(certificate: CertificateDer<'static>, key: &KeyPair) -> TlsAcceptor {
    let mut server = rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key.serialize_der().try_into().unwrap())
        .unwrap();
    server.alpn_protocols = vec![b"h2".to_vec()];
    TlsAcceptor::from(Arc::new(server))
}

/// Nothing is sent to a backend with this certificate, the function continues, and the reason is logged once.
async fn refuses(file: &NamedTempFile, acceptor: TlsAcceptor, why: &str) {
    let (lambda, backend) = (Lambda::start().await, GrpcBackend::start(Some(acceptor)).await);
    let (url, authority) = (backend.url("https"), file.path().to_str().unwrap());
    let variables = [
        ("ROTEL_OTLP_EXPORTER_ENDPOINT", &*url),
        ("ROTEL_OTLP_EXPORTER_TLS_CA_FILE", authority),
        ("ROTEL_OTLP_EXPORTER_CUSTOM_HEADERS", "authorization=the-key"),
    ];
    let mut extension = Extension::start(&lambda.address(), &variables);
    lambda.asked(1).await;
    for number in 0..3 {
        lambda.invocation(&request_id(number), &["x".into()]).await;
    }
    assert!(backend.calls(crate::support::grpc::LOGS).is_empty());
    lambda.shutdown_within("spindown", Duration::from_secs(1));
    assert_eq!(extension.ended().await, 0);
    assert_eq!(extension.lines_with(why), 1, "{why}: {}", extension.output());
    assert!(!extension.output().contains("the-key"));
}

#[test]
fn an_expired_certificate_is_refused_and_said() {
    run(async {
        let (file, acceptor) = certificate("localhost", 2001);
        refuses(&file, acceptor, "expired").await;
    });
}

#[test]
fn a_certificate_for_another_host_is_refused_and_said() {
    run(async {
        let (file, acceptor) = certificate("other.example", 2999);
        refuses(&file, acceptor, "not valid for").await;
    });
}

/// As created by `openssl req -x509`: one certificate is the server's and, with CA:TRUE, its own authority.
#[test]
fn a_self_signed_certificate_that_is_the_ca_file_is_trusted() {
    run(async {
        let key = KeyPair::generate().unwrap();
        let mut parameters = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = parameters.self_signed(&key).unwrap();
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(certificate.pem().as_bytes()).unwrap();
        let acceptor = acceptor(certificate.der().clone(), &key);
        let (lambda, backend) = (Lambda::start().await, GrpcBackend::start(Some(acceptor)).await);
        let (url, authority) = (backend.url("https"), file.path().to_str().unwrap());
        let variables = [
            ("ROTEL_OTLP_EXPORTER_ENDPOINT", &*url),
            ("ROTEL_OTLP_EXPORTER_TLS_CA_FILE", authority),
        ];
        let mut extension = Extension::start(&lambda.address(), &variables);
        lambda.asked(1).await;
        lambda.invocation(&request_id(1), &["one".into()]).await;
        lambda.shutdown("spindown");
        assert_eq!(extension.ended().await, 0);
        assert!(
            !backend.calls(crate::support::grpc::LOGS).is_empty(),
            "{}",
            extension.output()
        );
        assert_eq!(extension.output(), "");
    });
}

#[test]
fn a_certificate_of_an_unknown_authority_is_refused_and_said() {
    run(async {
        let (_, acceptor) = certificate("localhost", 2999);
        let (other, _) = certificate("localhost", 2999);
        refuses(&other, acceptor, "authority").await;
    });
}
