//! The client against TLS servers on loopback, with certificates created for the test.

use super::super::*;
use crate::http::testing::{Answer, Authority, Server, client, endpoint, file, post, run};
use rcgen::{BasicConstraints, CertificateParams, IsCa, KeyPair, date_time_ymd};
use rustls::pki_types::PrivateKeyDer;
use tempfile::NamedTempFile;
use tokio_rustls::TlsAcceptor;

fn trusting(authority: &Authority) -> Client {
    Client::new(TlsOptions {
        authorities: Some(Pem::File(authority.ca_file.path().to_owned())),
        ..TlsOptions::default()
    })
}

#[test]
fn trusts_the_authority_of_the_ca_file() {
    run(async {
        let authority = Authority::new();
        let server = Server::start_tls(&authority, |_| Answer::new(200, "ok")).await;
        let client = trusting(&authority);
        for _ in 0..2 {
            let response = client
                .send(post(endpoint(&server.url("https", "localhost")), "x"))
                .await
                .unwrap();
            assert_eq!(&response.body[..], b"ok");
        }
        assert_eq!(server.connections.get(), 1);
    });
}

#[test]
fn trusts_no_other_authority_and_no_other_name() {
    run(async {
        let authority = Authority::new();
        let server = Server::start_tls(&authority, |_| Answer::new(200, "")).await;
        let other = Authority::new();
        let cases = [
            (client(), "localhost"),
            (trusting(&other), "localhost"),
            (trusting(&authority), "127.0.0.1"),
        ];
        for (client, host) in cases {
            let error = client
                .send(post(endpoint(&server.url("https", host)), "x"))
                .await
                .unwrap_err();
            assert!(matches!(error, Error::NotTrusted { .. }), "{error}");
            let says_setting = error.to_string().contains("ROTEL_OTLP_EXPORTER_TLS_CA_FILE");
            assert_eq!(says_setting, host == "localhost", "{error}");
        }
        assert!(server.requests.borrow().is_empty());
    });
}

/// A self-signed certificate with CA:TRUE, as created by `openssl req -x509`, and a server that presents it.
fn self_signed(name: &str, year: i32) -> (NamedTempFile, TlsAcceptor) {
    let key = KeyPair::generate().unwrap();
    let mut parameters = CertificateParams::new(vec![name.to_owned()]).unwrap();
    parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    parameters.not_before = date_time_ymd(2000, 1, 1);
    parameters.not_after = date_time_ymd(year, 12, 31);
    let certificate = parameters.self_signed(&key).unwrap();
    let secret = PrivateKeyDer::try_from(key.serialize_der()).unwrap();
    (
        file(&certificate.pem()),
        Authority::acceptor_with(certificate.der().clone(), secret),
    )
}

#[test]
fn the_very_certificate_of_the_ca_file_is_trusted_though_it_is_an_authoritys() {
    run(async {
        let (pem, acceptor) = self_signed("localhost", 2999);
        let server = Server::start_with(acceptor, |_| Answer::new(200, "ok")).await;
        let options = |pem: &NamedTempFile| TlsOptions {
            authorities: Some(Pem::File(pem.path().to_owned())),
            ..TlsOptions::default()
        };
        let send = async |pem: &NamedTempFile, host: &str| {
            Client::new(options(pem))
                .send(post(endpoint(&server.url("https", host)), "x"))
                .await
        };
        assert_eq!(&send(&pem, "localhost").await.unwrap().body[..], b"ok");
        let another = self_signed("localhost", 2999).0;
        for (pem, host, said) in [
            (&pem, "127.0.0.1", "subjectAltName"),
            (
                &another,
                "localhost",
                "certificate of an authority (CA:TRUE), and not the one in",
            ),
        ] {
            let error = send(pem, host).await.unwrap_err().to_string();
            assert!(error.contains(said), "{error}");
        }
        let error = client()
            .send(post(endpoint(&server.url("https", "localhost")), "x"))
            .await
            .unwrap_err();
        assert!(
            error
                .to_string()
                .contains("put it into ROTEL_OTLP_EXPORTER_TLS_CA_FILE"),
            "{error}"
        );
    });
}

#[test]
fn the_very_certificate_of_the_ca_file_may_have_expired_all_the_same() {
    run(async {
        let (pem, acceptor) = self_signed("localhost", 2001);
        let server = Server::start_with(acceptor, |_| Answer::new(200, "")).await;
        let options = TlsOptions {
            authorities: Some(Pem::File(pem.path().to_owned())),
            ..TlsOptions::default()
        };
        let sent = Client::new(options)
            .send(post(endpoint(&server.url("https", "localhost")), "x"))
            .await;
        let error = sent.unwrap_err().to_string();
        assert!(error.contains("expired") && error.contains("renew"), "{error}");
    });
}

#[test]
fn says_what_is_wrong_with_a_ca_file() {
    run(async {
        let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
        let (empty, broken) = (file("no certificate"), file(broken));
        let missing = std::path::Path::new("/not/there.pem");
        for path in [empty.path(), broken.path(), missing] {
            let client = Client::new(TlsOptions {
                authorities: Some(Pem::File(path.to_owned())),
                ..TlsOptions::default()
            });
            // Nothing listens there, but the file is reported first.
            let error = client
                .send(post(endpoint("https://127.0.0.1:1"), "x"))
                .await
                .unwrap_err();
            assert!(matches!(error, Error::Pem { .. }), "{error}");
            assert!(error.to_string().contains(path.to_str().unwrap()), "{error}");
        }
    });
}

#[test]
fn says_that_a_port_does_not_speak_tls() {
    run(async {
        let server = Server::start(|_| Answer::new(200, "")).await;
        let url = endpoint(&server.url("https", "127.0.0.1"));
        let error = client().send(post(url, "x")).await.unwrap_err();
        assert!(matches!(error, Error::Tls { .. }), "{error}");
    });
}
