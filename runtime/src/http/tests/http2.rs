//! HTTP/2 requests against servers on loopback, plain and over TLS.

use std::rc::Rc;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::net::TcpListener;

use super::super::*;
use crate::http::testing::http2::{Http2Server, serve, trusting};
use crate::http::testing::{Answer, Authority, Server, client, endpoint, post, run};

#[test]
fn sends_requests_and_reads_trailers() {
    run(async {
        let server = Http2Server::start(None).await;
        let client = client();
        for body in ["first", "second"] {
            let response = client
                .send_http2(post(endpoint(&server.url("http", "127.0.0.1")), body))
                .await
                .unwrap();
            assert_eq!(&response.body[..], body.as_bytes());
            assert_eq!(response.trailers["end"], "1");
            assert_eq!(response.headers["authority"], format!("127.0.0.1:{}", server.port));
        }
        assert_eq!(server.connections.get(), 1);
    });
}

#[test]
fn requests_at_the_same_time_share_one_connection() {
    run(async {
        let server = Http2Server::start(None).await;
        let client = client();
        let send = || client.send_http2(post(endpoint(&server.url("http", "127.0.0.1")), "x"));
        let (first, second, third) = tokio::join!(send(), send(), send());
        assert!(first.is_ok() && second.is_ok() && third.is_ok());
        assert_eq!(server.connections.get(), 1);
    });
}

#[test]
fn replaces_a_connection_that_ended() {
    run(async {
        let server = Http2Server::start(None).await;
        let client = client();
        let url = endpoint(&server.url("http", "127.0.0.1"));
        client.send_http2(post(url.clone(), "x")).await.unwrap();
        let port = server.stop().await;
        let server = Http2Server::listen(port, None).await;
        client.send_http2(post(url, "x")).await.unwrap();
        assert_eq!(server.connections.get(), 1);
    });
}

#[test]
fn repeats_a_request_that_a_kept_connection_loses() {
    run(async {
        let server = Http2Server::start(None).await;
        let client = Rc::new(client());
        let url = endpoint(&server.url("http", "127.0.0.1"));
        client.send_http2(post(url.clone(), "x")).await.unwrap();
        server.delay.set(Duration::from_secs(60));
        let sender = Rc::clone(&client);
        let lost = tokio::task::spawn_local(async move { sender.send_http2(post(url, "again")).await });
        tokio::time::sleep(Duration::from_millis(50)).await;
        let port = server.stop().await;
        let server = Http2Server::listen(port, None).await;
        assert_eq!(&lost.await.unwrap().unwrap().body[..], b"again");
        assert_eq!(server.connections.get(), 1);
    });
}

/// The server may have processed the request.
#[test]
fn does_not_repeat_a_request_that_alone_was_ended() {
    run(async {
        let server = Http2Server::start(None).await;
        let client = client();
        let url = endpoint(&server.url("http", "127.0.0.1"));
        client.send_http2(post(url.clone(), "x")).await.unwrap();
        let error = client.send_http2(post(url.clone(), "reset")).await.unwrap_err();
        assert!(matches!(error, Error::BrokenHttp2 { .. }), "{error}");
        client.send_http2(post(url, "x")).await.unwrap();
        assert_eq!(server.connections.get(), 1);
    });
}

#[test]
fn a_connection_over_which_nothing_came_in_time_is_not_used_again() {
    run(async {
        let server = Http2Server::start(None).await;
        let client = client();
        let url = endpoint(&server.url("http", "127.0.0.1"));
        client.send_http2(post(url.clone(), "x")).await.unwrap();
        server.delay.set(Duration::from_secs(60));
        let request = Request {
            timeout: Duration::from_millis(50),
            ..post(url.clone(), "x")
        };
        let error = client.send_http2(request).await.unwrap_err();
        assert!(matches!(error, Error::TimedOut { .. }), "{error}");
        server.delay.set(Duration::ZERO);
        client.send_http2(post(url, "x")).await.unwrap();
        assert_eq!(server.connections.get(), 2);
    });
}

#[test]
fn over_tls() {
    run(async {
        let authority = Authority::new();
        let server = Http2Server::start(Some(&authority)).await;
        let client = Client::new(trusting(&authority));
        for _ in 0..2 {
            let url = endpoint(&server.url("https", "localhost"));
            assert_eq!(&client.send_http2(post(url, "x")).await.unwrap().body[..], b"x");
        }
        assert_eq!(server.connections.get(), 1);
    });
}

#[test]
fn over_tls_with_authorities_as_text() {
    run(async {
        let authority = Authority::new();
        let server = Http2Server::start(Some(&authority)).await;
        let pem = std::fs::read_to_string(authority.ca_file.path()).unwrap();
        let client = Client::new(TlsOptions {
            authorities: Some(Pem::Text(pem)),
            ..TlsOptions::default()
        });
        let url = endpoint(&server.url("https", "localhost"));
        assert!(client.send_http2(post(url, "x")).await.is_ok());
    });
}

#[test]
fn says_that_a_server_has_no_http2() {
    run(async {
        let authority = Authority::new();
        // Without ALPN, like old servers.
        let server = Server::start_tls(&authority, |_| Answer::new(200, "")).await;
        let client = Client::new(trusting(&authority));
        let error = client
            .send_http2(post(endpoint(&server.url("https", "localhost")), "x"))
            .await
            .unwrap_err();
        assert!(matches!(error, Error::NoHttp2 { .. }), "{error}");
        assert!(
            error.to_string().contains("ROTEL_OTLP_EXPORTER_PROTOCOL=http"),
            "{error}"
        );

        let plain = Server::start(|_| Answer::new(200, "")).await;
        let error = client.send_http2(post(plain.endpoint(), "x")).await.unwrap_err();
        assert!(matches!(error, Error::BrokenHttp2 { .. }), "{error}");
    });
}

#[test]
fn shows_the_client_certificate_to_servers_that_ask() {
    run(async {
        let authority = Authority::new();
        let (certificate, key) = authority.client_identity();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let acceptor = authority.acceptor_asking_for_certificates();
        tokio::task::spawn_local(async move {
            while let Ok((stream, _)) = listener.accept().await {
                if let Ok(stream) = acceptor.accept(stream).await {
                    let asked = stream.get_ref().1.peer_certificates().is_some();
                    assert!(asked);
                    tokio::task::spawn_local(serve(stream, Rc::default()));
                }
            }
        });
        let url = endpoint(&format!("https://localhost:{port}"));
        let anonymous = Client::new(trusting(&authority));
        assert!(anonymous.send_http2(post(url.clone(), "x")).await.is_err());
        let client = Client::new(TlsOptions {
            identity: Some(Identity {
                certificate: Pem::Text(certificate.clone()),
                key: Pem::Text(key),
            }),
            ..trusting(&authority)
        });
        assert!(client.send_http2(post(url.clone(), "x")).await.is_ok());
        let broken = Client::new(TlsOptions {
            identity: Some(Identity {
                certificate: Pem::Text(certificate),
                key: Pem::Text("no key".to_owned()),
            }),
            ..trusting(&authority)
        });
        let error = broken.send_http2(post(url, "x")).await.unwrap_err().to_string();
        assert!(
            error.starts_with("the client certificate's key cannot be read from the setting's text"),
            "{error}"
        );
    });
}

#[test]
fn unverified_where_it_is_asked_for() {
    run(async {
        let server = Http2Server::start(Some(&Authority::new())).await;
        let client = Client::new(TlsOptions {
            skip_verify: true,
            ..TlsOptions::default()
        });
        let url = endpoint(&server.url("https", "127.0.0.1"));
        assert!(client.send_http2(post(url, "x")).await.is_ok());
    });
}

/// A server that accepts connections and never responds.
#[test]
fn a_silent_server_costs_the_timeout_only() {
    run(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let server = tokio::task::spawn_local(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut received = Vec::new();
            let _ = stream.read_to_end(&mut received).await;
        });
        let request = Request {
            timeout: Duration::from_millis(50),
            ..post(endpoint(&url), "x")
        };
        let error = client().send_http2(request).await.unwrap_err();
        assert!(matches!(error, Error::TimedOut { .. }), "{error}");
        // The connection is also closed.
        server.await.unwrap();
    });
}
