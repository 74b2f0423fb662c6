//! The client against plain servers on loopback.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::error::Stage;
use super::testing::{Answer, Server, client, endpoint, post, run};
use super::*;

#[test]
fn sends_a_request_and_reads_the_response() {
    run(async {
        let server = Server::start(|seen| Answer::new(207, seen.body.to_vec())).await;
        let mut request = post(endpoint(&server.url("http", "127.0.0.1")).join("/v1/logs"), "text");
        request
            .headers
            .insert("authorization", HeaderValue::from_static("bare key"));
        let response = client().send(request).await.unwrap();
        assert_eq!((response.status.as_u16(), &response.body[..]), (207, &b"text"[..]));

        let seen = server.requests.borrow()[0].clone();
        assert_eq!((seen.method.as_str(), seen.path.as_str()), ("POST", "/v1/logs"));
        assert_eq!(seen.header("host").unwrap(), server.address.to_string());
        assert_eq!(seen.header("authorization"), Some("bare key"));
        assert_eq!(seen.header("content-length"), Some("4"));
        assert!(seen.header("user-agent").unwrap().starts_with("clickstack-extension/"));
    });
}

#[test]
fn keeps_a_connection_for_the_next_request() {
    run(async {
        let server = Server::start(|_| Answer::new(200, "")).await;
        let client = client();
        for _ in 0..3 {
            client.send(post(server.endpoint(), "x")).await.unwrap();
        }
        assert_eq!((server.connections.get(), server.requests.borrow().len()), (1, 3));
    });
}

#[test]
fn sends_requests_at_the_same_time_over_connections_of_their_own() {
    run(async {
        let server = Server::start(|_| Answer {
            delay: Duration::from_millis(50),
            ..Answer::new(200, "")
        })
        .await;
        let client = client();
        for _ in 0..2 {
            let send = || client.send(post(server.endpoint(), "x"));
            let (first, second) = tokio::join!(send(), send());
            assert!(first.is_ok() && second.is_ok());
        }
        assert_eq!((server.connections.get(), server.requests.borrow().len()), (2, 4));
    });
}

/// Answers one request on each connection and closes it without notice; counts connections.
async fn closing_server(answers: usize) -> (Endpoint, tokio::task::JoinHandle<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::task::spawn_local(async move {
        for _ in 0..answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            read_request(&mut stream).await;
            stream
                .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
                .await
                .unwrap();
        }
        answers
    });
    (endpoint(&url), server)
}

async fn read_request(stream: &mut TcpStream) {
    let mut received = Vec::new();
    while !received.ends_with(b"\r\n\r\nx") {
        assert_ne!(stream.read_buf(&mut received).await.unwrap(), 0);
    }
}

#[test]
fn a_request_takes_the_connection_that_was_opened_ahead() {
    run(async {
        let server = Server::start(|_| Answer::new(200, "")).await;
        let client = client();
        client.open_ahead(&server.endpoint()).await;
        client.send(post(server.endpoint(), "x")).await.unwrap();
        assert_eq!(server.connections.get(), 1);
        // And waits for one that is being opened.
        let (another, endpoint) = (super::testing::client(), server.endpoint());
        let ((), sent) = tokio::join!(
            another.open_ahead(&endpoint),
            another.send(post(server.endpoint(), "x"))
        );
        assert!(sent.is_ok());
        assert_eq!(server.connections.get(), 2);
    });
}

#[test]
fn a_connection_that_cannot_be_opened_ahead_keeps_no_request_waiting() {
    run(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let gone = endpoint(&format!("http://{}", listener.local_addr().unwrap()));
        drop(listener);
        let client = client();
        let ((), sent) = tokio::join!(client.open_ahead(&gone), client.send(post(gone.clone(), "x")));
        assert!(matches!(sent, Err(Error::Refused { .. })), "{sent:?}");
        client.open_ahead(&gone).await;
        assert!(client.send(post(gone.clone(), "x")).await.is_err());
    });
}

#[test]
fn replaces_a_kept_connection_that_the_server_closed() {
    run(async {
        let (endpoint, server) = closing_server(3).await;
        let client = client();
        for _ in 0..3 {
            client.send(post(endpoint.clone(), "x")).await.unwrap();
        }
        assert_eq!(server.await.unwrap(), 3);
    });
}

/// Closes a kept connection only when the next request arrives, like a server that was just about to.
#[test]
fn repeats_a_request_that_a_kept_connection_loses() {
    run(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = endpoint(&format!("http://{}", listener.local_addr().unwrap()));
        let server = tokio::task::spawn_local(async move {
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n";
            let (mut first, _) = listener.accept().await.unwrap();
            read_request(&mut first).await;
            first.write_all(answer).await.unwrap();
            read_request(&mut first).await;
            drop(first);
            let (mut second, _) = listener.accept().await.unwrap();
            read_request(&mut second).await;
            second.write_all(answer).await.unwrap();
        });
        let client = client();
        for _ in 0..2 {
            client.send(post(endpoint.clone(), "x")).await.unwrap();
        }
        server.await.unwrap();
    });
}

#[test]
fn does_not_repeat_on_a_fresh_connection() {
    run(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let endpoint = endpoint(&format!("http://{}", listener.local_addr().unwrap()));
        let server = tokio::task::spawn_local(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            read_request(&mut stream).await;
            drop(stream);
            // A second connection would be opened at once.
            tokio::time::timeout(Duration::from_millis(100), listener.accept())
                .await
                .is_ok()
        });
        let error = client().send(post(endpoint, "x")).await.unwrap_err();
        assert!(matches!(error, Error::Broken { .. }), "{error}");
        assert!(!server.await.unwrap());
    });
}

#[test]
fn gives_up_when_the_time_is_over() {
    run(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/x?key=hidden", listener.local_addr().unwrap());
        let request = Request {
            timeout: Duration::from_millis(50),
            ..post(endpoint(&url), "x")
        };
        let error = client().send(request).await.unwrap_err();
        assert!(
            matches!(
                error,
                Error::TimedOut {
                    stage: Stage::Responding,
                    ..
                }
            ),
            "{error}"
        );
        let text = error.to_string();
        assert!(
            text.contains("timed out after 50 ms") && !text.contains("hidden"),
            "{text}"
        );
    });
}

#[test]
fn says_that_nothing_listens() {
    run(async {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        drop(listener);
        let error = client()
            .send(post(endpoint(&format!("http://{address}")), "x"))
            .await
            .unwrap_err();
        assert!(matches!(error, Error::Refused { .. }), "{error}");
        assert!(
            error
                .to_string()
                .starts_with(&format!("http://{address}/: connection refused")),
            "{error}"
        );
    });
}

#[test]
fn says_that_a_name_does_not_resolve() {
    run(async {
        let error = client()
            .send(post(endpoint("http://not-there.invalid"), "x"))
            .await
            .unwrap_err();
        assert!(matches!(error, Error::NotResolved { .. }), "{error}");
    });
}

#[test]
fn refuses_a_response_that_is_too_large() {
    run(async {
        let server = Server::start(|_| Answer::new(200, vec![b'x'; Client::MAX_RESPONSE_BYTES + 1])).await;
        let error = client().send(post(server.endpoint(), "x")).await.unwrap_err();
        assert!(matches!(error, Error::Unreadable { .. }), "{error}");
    });
}

#[test]
fn shows_neither_header_values_nor_bodies() {
    let mut request = post(endpoint("http://a/?key=hidden"), "hidden");
    request
        .headers
        .insert("authorization", HeaderValue::from_static("hidden"));
    let response = Response {
        status: StatusCode::OK,
        headers: request.headers.clone(),
        trailers: HeaderMap::new(),
        body: request.body.clone(),
    };
    let shown = format!("{request:?} {response:?}");
    assert!(!shown.contains("hidden") && shown.contains("authorization"), "{shown}");
}

mod http2;

mod proxy;

mod tls;
