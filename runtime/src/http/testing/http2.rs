//! A server of HTTP/2 on a loopback port, for tests.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http2;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::super::*;
use super::Authority;

/// Answers every request with its body and its `:authority`; counts connections, and closes all when dropped.
pub(in crate::http) struct Http2Server {
    pub port: u16,
    pub connections: Rc<Cell<usize>>,
    /// Answers only after this time.
    pub delay: Rc<Cell<Duration>>,
    accepting: JoinHandle<()>,
}

impl Http2Server {
    pub(in crate::http) async fn start(authority: Option<&Authority>) -> Self {
        Self::listen(0, authority).await
    }

    pub(in crate::http) async fn listen(port: u16, authority: Option<&Authority>) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (connections, delay) = (Rc::new(Cell::new(0)), Rc::new(Cell::new(Duration::ZERO)));
        let acceptor = authority.map(|authority| authority.acceptor_for(&[b"h2"]));
        let (count, pause) = (Rc::clone(&connections), Rc::clone(&delay));
        let accepting = tokio::task::spawn_local(async move {
            // Dropped together with this task.
            let mut open = tokio::task::JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                count.set(count.get() + 1);
                let (acceptor, pause) = (acceptor.clone(), Rc::clone(&pause));
                open.spawn_local(async move {
                    match acceptor {
                        None => serve(stream, pause).await,
                        Some(acceptor) => {
                            if let Ok(stream) = acceptor.accept(stream).await {
                                serve(stream, pause).await;
                            }
                        }
                    }
                });
            }
        });
        Self {
            port,
            connections,
            delay,
            accepting,
        }
    }

    pub(in crate::http) fn url(&self, scheme: &str, host: &str) -> String {
        format!("{scheme}://{host}:{}/x", self.port)
    }

    pub(in crate::http) async fn stop(self) -> u16 {
        self.accepting.abort();
        let _ = self.accepting.await;
        self.port
    }
}

/// Answers with the request's body, but ends a request to `reset` without a response.
pub(in crate::http) async fn serve<S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + 'static>(
    stream: S,
    pause: Rc<Cell<Duration>>,
) {
    let service = service_fn(move |request: hyper::Request<Incoming>| {
        let pause = Rc::clone(&pause);
        async move {
            let authority = request.uri().authority().unwrap().to_string();
            let body = request.into_body().collect().await.unwrap().to_bytes();
            tokio::time::sleep(pause.get()).await;
            if body == "reset" {
                return Err(std::io::Error::other("as it is asked to"));
            }
            let trailers = HeaderMap::from_iter([(HeaderName::from_static("end"), HeaderValue::from_static("1"))]);
            let body = Full::new(body).with_trailers(async move { Some(Ok(trailers)) });
            let response = hyper::Response::builder().header("authority", authority).body(body);
            Ok(response.unwrap())
        }
    });
    let _ = http2::Builder::new(LocalExecutor)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

pub(in crate::http) fn trusting(authority: &Authority) -> TlsOptions {
    TlsOptions {
        authorities: Some(Pem::File(authority.ca_file.path().to_owned())),
        ..TlsOptions::default()
    }
}
