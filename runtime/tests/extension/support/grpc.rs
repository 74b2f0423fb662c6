//! A gRPC backend and a gRPC caller, using only hyper.

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::future::Future;
use std::io::Read;
use std::rc::Rc;

use bytes::{BufMut, Bytes, BytesMut};
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{HeaderMap, Request, Response};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::task::spawn_local;
use tokio_rustls::TlsAcceptor;

use super::listener::Listener;

pub const LOGS: &str = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";
pub const TRACES: &str = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
pub const METRICS: &str = "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export";

#[derive(Clone)]
struct LocalExecutor;

impl<F: Future + 'static> hyper::rt::Executor<F> for LocalExecutor {
    fn execute(&self, future: F) {
        spawn_local(async move {
            future.await;
        });
    }
}

/// A received call.
#[derive(Clone)]
pub struct Call {
    pub path: String,
    pub headers: HeaderMap,
    /// The decompressed message.
    pub message: Vec<u8>,
}

#[derive(Default)]
struct Seen {
    calls: RefCell<Vec<Call>>,
    connections: Cell<usize>,
    /// Status, message and details of the next responses.
    status: RefCell<Vec<(u16, &'static str)>>,
    /// Larger messages are rejected, as by grpc-go.
    limit: Cell<Option<usize>>,
    refused: Cell<usize>,
}

/// A backend that stores what it gets. Ends with its connections when dropped.
pub struct GrpcBackend {
    listener: Listener,
    seen: Rc<Seen>,
}

impl GrpcBackend {
    pub async fn start(tls: Option<TlsAcceptor>) -> GrpcBackend {
        let seen = Rc::new(Seen::default());
        let shared = Rc::clone(&seen);
        let listener = Listener::start(0, move |stream| {
            shared.connections.set(shared.connections.get() + 1);
            let (tls, seen) = (tls.clone(), Rc::clone(&shared));
            async move {
                match tls {
                    None => serve(stream, seen).await,
                    Some(tls) => {
                        if let Ok(stream) = tls.accept(stream).await {
                            serve(stream, seen).await;
                        }
                    }
                }
            }
        })
        .await;
        GrpcBackend { listener, seen }
    }

    pub fn url(&self, scheme: &str) -> String {
        format!("{scheme}://localhost:{}", self.listener.port)
    }

    /// The next call gets this status; statuses added later apply to the calls after it. All other calls are accepted.
    pub fn answer_next_with(&self, status: u16, message: &'static str) {
        self.seen.status.borrow_mut().push((status, message));
    }

    /// Rejects messages larger than this, like gRPC servers.
    pub fn limit(&self, bytes: usize) {
        self.seen.limit.set(Some(bytes));
    }

    /// Calls that were rejected for their size.
    pub fn refused(&self) -> usize {
        self.seen.refused.get()
    }

    /// The accepted calls of a method.
    pub fn calls(&self, path: &str) -> Vec<Call> {
        let calls = self.seen.calls.borrow();
        calls.iter().filter(|call| call.path == path).cloned().collect()
    }

    pub fn connections(&self) -> usize {
        self.seen.connections.get()
    }
}

async fn serve<S: AsyncRead + AsyncWrite + Unpin + 'static>(stream: S, seen: Rc<Seen>) {
    let service = service_fn(move |request: Request<Incoming>| {
        let seen = Rc::clone(&seen);
        async move {
            let (head, body) = request.into_parts();
            let body = body.collect().await.unwrap().to_bytes();
            let call = Call {
                path: head.uri.path().to_owned(),
                message: unframed(&body),
                headers: head.headers,
            };
            let mut status = seen.status.borrow_mut();
            let too_large = seen.limit.get().is_some_and(|limit| call.message.len() > limit);
            let (status, message) = match too_large {
                true => (8, "grpc: received message larger than max"),
                false if status.is_empty() => (0, ""),
                false => status.remove(0),
            };
            seen.refused.set(seen.refused.get() + usize::from(too_large));
            if status == 0 {
                seen.calls.borrow_mut().push(call);
            }
            Ok::<_, Infallible>(answer(status, message))
        }
    });
    let _ = hyper::server::conn::http2::Builder::new(LocalExecutor)
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

type Answer = http_body_util::combinators::BoxBody<Bytes, Infallible>;

fn answer(status: u16, message: &'static str) -> Response<Answer> {
    let response = Response::builder().header("content-type", "application/grpc");
    if status != 0 {
        // Without a message, the status is in the headers.
        let response = response.header("grpc-status", status).header("grpc-message", message);
        return response.body(Full::default().boxed()).unwrap();
    }
    let mut trailers = HeaderMap::new();
    trailers.insert("grpc-status", "0".parse().unwrap());
    let body = Full::new(framed(&[], false)).with_trailers(async move { Some(Ok(trailers)) });
    response.body(body.boxed()).unwrap()
}

/// A message as gRPC frames it; `compressed` says that it is.
pub fn framed(message: &[u8], compressed: bool) -> Bytes {
    let mut framed = BytesMut::new();
    framed.put_u8(compressed.into());
    framed.put_u32(message.len().try_into().unwrap());
    framed.put_slice(message);
    framed.freeze()
}

fn unframed(body: &[u8]) -> Vec<u8> {
    let length = u32::from_be_bytes(body[1..5].try_into().unwrap()) as usize;
    assert_eq!(body.len(), 5 + length);
    match body[0] {
        0 => body[5..].to_vec(),
        1 => {
            let mut plain = Vec::new();
            flate2::read::GzDecoder::new(&body[5..])
                .read_to_end(&mut plain)
                .unwrap();
            plain
        }
        flag => panic!("flag {flag}"),
    }
}

/// Calls a method with a body; returns status, message and the response's message.
pub async fn call(port: u16, path: &str, headers: &[(&str, &str)], body: Bytes) -> (u16, String, Vec<u8>) {
    let stream = TcpStream::connect(("127.0.0.1", port)).await.unwrap();
    let (mut sender, connection) = hyper::client::conn::http2::handshake(LocalExecutor, TokioIo::new(stream))
        .await
        .unwrap();
    spawn_local(async move {
        let _ = connection.await;
    });
    let mut request = Request::post(format!("http://127.0.0.1:{port}{path}"))
        .header("content-type", "application/grpc")
        .header("te", "trailers");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = sender
        .send_request(request.body(Full::new(body)).unwrap())
        .await
        .unwrap();
    let (head, body) = response.into_parts();
    assert_eq!(head.status, 200);
    assert_eq!(head.headers["content-type"], "application/grpc");
    let body = body.collect().await.unwrap();
    let trailers = body.trailers().cloned().unwrap_or(head.headers);
    let message = trailers
        .get("grpc-message")
        .map_or("", |message| message.to_str().unwrap());
    let status = trailers["grpc-status"].to_str().unwrap().parse().unwrap();
    let body = body.to_bytes();
    let answer = if body.is_empty() { Vec::new() } else { unframed(&body) };
    (status, message.to_owned(), answer)
}
