//! The client against TLS servers on loopback, with certificates made for the test.

use super::testing::{Answer, Authority, Server, client, endpoint, file, post, run};
use super::*;

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
            assert!(error.to_string().contains("ROTEL_OTLP_EXPORTER_TLS_CA_FILE"), "{error}");
        }
        assert!(server.requests.borrow().is_empty());
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
            // Nothing listens there: the file is told of first.
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
