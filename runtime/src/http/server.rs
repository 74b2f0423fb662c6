//! A small HTTP server for the listeners: connections on this thread, bodies of bounded size.

use std::convert::Infallible;
use std::future::Future;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::{Body, Incoming};
use hyper::server::conn::{http1, http2};
use hyper::service::{Service, service_fn};
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};

use super::executor::LocalExecutor;
use crate::spawn::spawn;

/// A complete response.
pub type Answer = Response<Full<Bytes>>;

/// Serves HTTP/1.1 connections forever. A failure affects only its connection.
pub async fn serve<H, F>(listener: TcpListener, handle: H)
where
    H: Fn(Request<Incoming>) -> F + Clone + 'static,
    F: Future<Output = Answer> + 'static,
{
    accept(listener, move |stream| {
        let service = answering(handle.clone());
        async move {
            let _ = http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        }
    })
    .await;
}

/// Serves HTTP/2 connections forever; the responses may have any body.
pub async fn serve_http2<H, F, B>(listener: TcpListener, handle: H)
where
    H: Fn(Request<Incoming>) -> F + Clone + 'static,
    F: Future<Output = Response<B>> + 'static,
    B: Body<Data = Bytes, Error = Infallible> + 'static,
{
    accept(listener, move |stream| {
        let service = answering(handle.clone());
        async move {
            let _ = http2::Builder::new(LocalExecutor)
                .serve_connection(TokioIo::new(stream), service)
                .await;
        }
    })
    .await;
}

fn answering<H, F, B>(
    handle: H,
) -> impl Service<
    Request<Incoming>,
    Response = Response<B>,
    Error = Infallible,
    Future = impl Future<Output = Result<Response<B>, Infallible>> + 'static,
>
where
    H: Fn(Request<Incoming>) -> F,
    F: Future<Output = Response<B>> + 'static,
    B: Body,
{
    service_fn(move |request| {
        let answer = handle(request);
        async move { Ok(answer.await) }
    })
}

async fn accept<C: Future<Output = ()> + 'static>(listener: TcpListener, connection: impl Fn(TcpStream) -> C) {
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // Most likely out of file descriptors, which become free again.
            tokio::time::sleep(Duration::from_millis(10)).await;
            continue;
        };
        // Without it a response may wait for the peer's delayed acknowledgement: slower, but not a failure.
        let _ = stream.set_nodelay(true);
        spawn(connection(stream));
    }
}

/// Why a body cannot be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unreadable {
    /// It is longer than allowed.
    TooLarge,
    /// The connection was interrupted.
    Broken,
}

/// Reads a whole body of at most `limit` bytes.
pub async fn read_body(body: Incoming, limit: usize) -> Result<Bytes, Unreadable> {
    match Limited::new(body, limit).collect().await {
        Ok(collected) => Ok(collected.to_bytes()),
        Err(error) if error.is::<LengthLimitError>() => Err(Unreadable::TooLarge),
        Err(_) => Err(Unreadable::Broken),
    }
}

/// A response with a status and a text body.
pub fn answer(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Answer {
    let mut response = Response::new(Full::new(body.into()));
    *response.status_mut() = status;
    let value = hyper::header::HeaderValue::from_static(content_type);
    response.headers_mut().insert(hyper::header::CONTENT_TYPE, value);
    response
}
