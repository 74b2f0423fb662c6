//! An HTTP server that can be stopped with its connections, and a client for single requests.

use std::future::Future;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::service::service_fn;
use hyper::{HeaderMap, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::task::spawn_local;

use super::listener::Listener;

pub struct Call {
    pub path: String,
    pub query: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

pub type Answer = Response<Full<Bytes>>;

/// Ends with its connections when dropped.
pub struct Server {
    pub port: u16,
    _listener: Listener,
}

impl Server {
    /// Serves on a port of 127.0.0.1; 0 for any.
    pub async fn start<H, F>(port: u16, handle: H) -> Server
    where
        H: Fn(Call) -> F + Clone + 'static,
        F: Future<Output = Answer> + 'static,
    {
        let listener = Listener::start(port, move |stream| connection(stream, handle.clone())).await;
        Server {
            port: listener.port,
            _listener: listener,
        }
    }
}

async fn connection<H, F>(stream: TcpStream, handle: H)
where
    H: Fn(Call) -> F + Clone + 'static,
    F: Future<Output = Answer> + 'static,
{
    let service = service_fn(move |request: Request<hyper::body::Incoming>| {
        let handle = handle.clone();
        async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await?.to_bytes();
            Ok::<_, hyper::Error>(
                handle(Call {
                    path: head.uri.path().to_owned(),
                    query: head.uri.query().unwrap_or_default().to_owned(),
                    headers: head.headers,
                    body,
                })
                .await,
            )
        }
    });
    let _ = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

pub fn answer(status: u16, body: impl Into<Bytes>) -> Answer {
    let mut answer = Response::new(Full::new(body.into()));
    *answer.status_mut() = StatusCode::from_u16(status).unwrap();
    answer
}

/// Posts to a loopback URL and returns the status and text of the response.
pub async fn post(url: &str, headers: &[(&str, &str)], body: impl Into<Bytes>) -> (u16, String) {
    let (authority, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let stream = TcpStream::connect(authority).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .unwrap();
    spawn_local(async move {
        let _ = connection.await;
    });
    let mut request = Request::post(format!("/{path}")).header("host", authority);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = sender
        .send_request(request.body(Full::new(body.into())).unwrap())
        .await
        .unwrap();
    let status = response.status().as_u16();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8_lossy(&body).into_owned())
}
