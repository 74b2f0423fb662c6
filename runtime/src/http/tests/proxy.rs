//! Requests through a proxy on loopback.

use std::rc::Rc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

use super::super::*;
use crate::http::testing::http2::{Http2Server, trusting};
use crate::http::testing::{Authority, endpoint, post, run};

/// A proxy that tunnels every request; records the requests' first lines and authorizations.
async fn proxy(seen: Rc<std::cell::RefCell<Vec<String>>>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::task::spawn_local(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let seen = Rc::clone(&seen);
            let service = service_fn(move |request: hyper::Request<Incoming>| {
                let authorization = request.headers().get("proxy-authorization");
                let authorization = authorization.map_or("none", |value| value.to_str().unwrap());
                seen.borrow_mut()
                    .push(format!("{} {} {authorization}", request.method(), request.uri()));
                async move { Ok::<_, std::convert::Infallible>(forward(request)) }
            });
            tokio::task::spawn_local(async move {
                let _ = http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service)
                    .with_upgrades()
                    .await;
            });
        }
    });
    port
}

fn forward(request: hyper::Request<Incoming>) -> hyper::Response<Full<Bytes>> {
    if request.method() != Method::CONNECT {
        return hyper::Response::new(Full::from("from the proxy"));
    }
    // A real proxy would resolve names; here all of them are this machine.
    let port = request.uri().port_u16().unwrap();
    if port == 1 {
        return hyper::Response::builder().status(403).body(Full::default()).unwrap();
    }
    tokio::task::spawn_local(async move {
        let mut client = TokioIo::new(hyper::upgrade::on(request).await.unwrap());
        let mut server = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
        let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
    });
    hyper::Response::new(Full::default())
}

fn through(port: u16, options: TlsOptions) -> Client {
    let url = format!("http://user:word@127.0.0.1:{port}");
    let (proxies, warnings) = Proxies::from_variables(|name| {
        name.ends_with("_PROXY")
            .then_some(url.as_str())
            .filter(|_| name != "NO_PROXY")
    });
    assert!(warnings.is_empty());
    Client::with_proxies(options, proxies)
}

#[test]
fn through_a_proxy() {
    run(async {
        let authority = Authority::for_name("backend.test");
        let secure = Http2Server::start(Some(&authority)).await;
        let plain = Http2Server::start(None).await;
        let seen = Rc::default();
        let client = through(proxy(Rc::clone(&seen)).await, trusting(&authority));
        let secure_url = endpoint(&secure.url("https", "backend.test"));
        let plain_url = endpoint(&plain.url("http", "backend.test"));
        assert_eq!(&client.send_http2(post(secure_url, "x")).await.unwrap().body[..], b"x");
        assert_eq!(
            &client.send_http2(post(plain_url.clone(), "x")).await.unwrap().body[..],
            b"x"
        );
        assert_eq!(
            &client.send(post(plain_url, "x")).await.unwrap().body[..],
            b"from the proxy"
        );
        let (secure, plain) = (secure.port, plain.port);
        let expected = [
            format!("CONNECT backend.test:{secure} Basic dXNlcjp3b3Jk"),
            format!("CONNECT backend.test:{plain} Basic dXNlcjp3b3Jk"),
            format!("POST http://backend.test:{plain}/x Basic dXNlcjp3b3Jk"),
        ];
        assert_eq!(*seen.borrow(), expected);
    });
}

#[test]
fn says_that_a_proxy_refuses_or_is_away() {
    run(async {
        let client = through(proxy(Rc::default()).await, TlsOptions::default());
        let error = client
            .send(post(endpoint("https://backend.test:1"), "x"))
            .await
            .unwrap_err()
            .to_string();
        assert!(
            error.contains("through the proxy 127.0.0.1:") && error.contains("403"),
            "{error}"
        );
        assert!(!error.contains("word"), "{error}");
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let client = through(port, TlsOptions::default());
        let error = client
            .send(post(endpoint("https://backend.test"), "x"))
            .await
            .unwrap_err();
        assert!(matches!(error, Error::Proxy { .. }), "{error}");
    });
}
