//! The client: keeps connections between requests and never outlives a request's timeout.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::io;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{HOST, HeaderMap, PROXY_AUTHORIZATION, USER_AGENT};
use hyper_util::rt::TokioIo;
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use super::connect::Connector;
use super::deadline::within;
use super::endpoint::Endpoint;
use super::error::{Error, Stage};
use super::http2::Connections;
use super::message::{Request, Response};
use super::pool::{self, AGENT, Key, key};
use super::proxy::{Proxies, Proxy};
use super::stream::{Protocol, Stream};
use super::tls::TlsOptions;

/// Idle connections kept per host and port: logs, traces and metrics may be in flight at once.
const IDLE_PER_HOST: usize = 3;

/// Time limit for a connection that is opened in advance.
const AHEAD: Duration = Duration::from_secs(2);

type Sender = SendRequest<Full<Bytes>>;
/// The result of a connection's task, once it has ended.
type End = JoinHandle<hyper::Result<()>>;

struct Idle {
    sender: Sender,
    /// Wall-clock time: the monotonic clock may stand still while Lambda freezes the environment.
    since: SystemTime,
}

/// A client for a current-thread runtime inside a `LocalSet`. Intentionally not Clone: share it in an `Rc`.
pub struct Client {
    connector: Connector,
    idle: RefCell<HashMap<Key, Vec<Idle>>>,
    /// Connections that are being opened before any request.
    ahead: RefCell<HashMap<Key, usize>>,
    opened: Notify,
    http2: Connections,
}

impl Client {
    /// The largest response body that is kept.
    pub const MAX_RESPONSE_BYTES: usize = pool::MAX_RESPONSE_BYTES;

    /// A client without connections and proxies. TLS is set up, and its files are read, on the first `https` request.
    pub fn new(options: TlsOptions) -> Self {
        Self::with_proxies(options, Proxies::default())
    }

    /// Like `new`, with proxies.
    pub fn with_proxies(options: TlsOptions, proxies: Proxies) -> Self {
        Self {
            connector: Connector::new(options, proxies),
            idle: RefCell::default(),
            ahead: RefCell::default(),
            opened: Notify::new(),
            http2: Connections::default(),
        }
    }

    /// Opens a connection for HTTP/1.1 before there is a request for it. A request that arrives in the meantime waits
    /// for it instead of opening its own. A failure is not reported, since it recurs with the first request.
    pub async fn open_ahead(&self, endpoint: &Endpoint) {
        *self.ahead.borrow_mut().entry(key(endpoint)).or_default() += 1;
        let opened = within(AHEAD, self.connect(endpoint)).await;
        if let Some(Ok((sender, _))) = opened {
            self.keep(endpoint, sender);
        }
        if let Some(count) = self.ahead.borrow_mut().get_mut(&key(endpoint)) {
            *count -= 1;
        }
        self.opened.notify_waiters();
    }

    /// Like `open_ahead`, for HTTP/2.
    pub async fn open_ahead_http2(&self, endpoint: &Endpoint) {
        let _ = within(AHEAD, self.http2.open(&self.connector, endpoint)).await;
    }

    /// A kept connection; waits for one that is being opened in advance.
    async fn kept(&self, endpoint: &Endpoint) -> Option<Sender> {
        loop {
            let kept = self.take_idle(endpoint);
            let coming = self.ahead.borrow().get(&key(endpoint)).is_some_and(|count| *count > 0);
            if kept.is_some() || !coming {
                return kept;
            }
            self.opened.notified().await;
        }
    }

    /// Sends a request over HTTP/1.1 and reads its whole response. A kept connection that breaks before a response is
    /// replaced by a fresh one, once.
    pub async fn send(&self, request: Request) -> Result<Response, Error> {
        let stage = Cell::new(Stage::Connecting);
        let exchange = self.exchange(&request, &stage);
        let result = within(request.timeout, exchange).await;
        result.unwrap_or_else(|| Err(timed_out(&request, &stage)))
    }

    /// Like `send`, over HTTP/2, with one connection for all requests to a host and port.
    pub async fn send_http2(&self, request: Request) -> Result<Response, Error> {
        let stage = Cell::new(Stage::Connecting);
        let exchange = self.http2.exchange(&self.connector, &request, &stage);
        match within(request.timeout, exchange).await {
            Some(result) => result,
            None => {
                self.http2.forget(&request.endpoint);
                Err(timed_out(&request, &stage))
            }
        }
    }

    async fn exchange(&self, request: &Request, stage: &Cell<Stage>) -> Result<Response, Error> {
        let broken = |source| Error::Broken {
            endpoint: request.endpoint.clone(),
            source,
        };
        let message = message(request, self.connector.forwarding_proxy(&request.endpoint))?;
        if let Some(mut sender) = self.kept(&request.endpoint).await {
            stage.set(Stage::Responding);
            match attempt(&mut sender, message.clone()).await {
                Ok(response) => return self.finish(request, sender, response).await,
                Err(error) if !breaks_before_response(&error) => return Err(broken(error)),
                Err(_) => stage.set(Stage::Connecting),
            }
        }
        let (mut sender, end) = self.connect(&request.endpoint).await?;
        stage.set(Stage::Responding);
        match attempt(&mut sender, message).await {
            Ok(response) => self.finish(request, sender, response).await,
            Err(error) => Err(broken(cause(error, end).await)),
        }
    }

    async fn finish(
        &self,
        request: &Request,
        sender: Sender,
        response: hyper::Response<Incoming>,
    ) -> Result<Response, Error> {
        let (head, body) = response.into_parts();
        let body = Limited::new(body, Self::MAX_RESPONSE_BYTES).collect().await;
        let body = body.map_err(|error| Error::Unreadable {
            endpoint: request.endpoint.clone(),
            reason: error.to_string(),
        })?;
        self.keep(&request.endpoint, sender);
        Ok(Response {
            status: head.status,
            headers: head.headers,
            trailers: HeaderMap::new(),
            body: body.to_bytes(),
        })
    }

    fn take_idle(&self, endpoint: &Endpoint) -> Option<Sender> {
        let mut idle = self.idle.borrow_mut();
        let connections = idle.get_mut(&key(endpoint))?;
        connections.retain(|connection| {
            let age = connection.since.elapsed().unwrap_or(Duration::ZERO);
            age < pool::MAX_IDLE && !connection.sender.is_closed()
        });
        connections.pop().map(|connection| connection.sender)
    }

    fn keep(&self, endpoint: &Endpoint, sender: Sender) {
        if sender.is_closed() {
            return;
        }
        let mut idle = self.idle.borrow_mut();
        let connections = idle.entry(key(endpoint)).or_default();
        if connections.len() < IDLE_PER_HOST {
            connections.push(Idle {
                sender,
                since: SystemTime::now(),
            });
        }
    }

    async fn connect(&self, endpoint: &Endpoint) -> Result<(Sender, End), Error> {
        let stream = self.connector.open(endpoint, Protocol::Http1).await?;
        handshake(endpoint, stream).await
    }
}

fn timed_out(request: &Request, stage: &Cell<Stage>) -> Error {
    Error::TimedOut {
        endpoint: request.endpoint.clone(),
        timeout: request.timeout,
        stage: stage.get(),
    }
}

fn message(request: &Request, proxy: Option<&Proxy>) -> Result<hyper::Request<Full<Bytes>>, Error> {
    let invalid = |reason: String| Error::Invalid {
        endpoint: request.endpoint.clone(),
        reason,
    };
    // A proxy also needs the host.
    let target = match proxy {
        None => request.endpoint.path_and_query().to_owned(),
        Some(_) => request.endpoint.url(),
    };
    let mut message = hyper::Request::builder()
        .method(request.method.clone())
        .uri(target)
        .body(Full::new(request.body.clone()))
        .map_err(|error| invalid(error.to_string()))?;
    let host = request
        .endpoint
        .host_header()
        .ok_or_else(|| invalid("host".to_owned()))?;
    let headers = message.headers_mut();
    *headers = request.headers.clone();
    headers.entry(HOST).or_insert(host);
    headers.entry(USER_AGENT).or_insert(AGENT);
    if let Some(authorization) = proxy.and_then(|proxy| proxy.authorization.clone()) {
        headers.insert(PROXY_AUTHORIZATION, authorization);
    }
    Ok(message)
}

async fn attempt(
    sender: &mut Sender,
    message: hyper::Request<Full<Bytes>>,
) -> Result<hyper::Response<Incoming>, hyper::Error> {
    sender.ready().await?;
    sender.send_request(message).await
}

/// True if the server closed a kept connection, which does not concern this request.
fn breaks_before_response(error: &hyper::Error) -> bool {
    let io = std::error::Error::source(error).and_then(|source| source.downcast_ref::<io::Error>());
    error.is_canceled() || error.is_closed() || error.is_incomplete_message() || io.is_some()
}

/// Why a request on a new connection failed. Only the connection's task knows what a server sent before the request.
async fn cause(error: hyper::Error, end: End) -> hyper::Error {
    if !error.is_closed() && !error.is_canceled() {
        return error;
    }
    match end.await {
        Ok(Err(cause)) => cause,
        _ => error,
    }
}

async fn handshake(endpoint: &Endpoint, stream: Stream) -> Result<(Sender, End), Error> {
    let (sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|source| Error::Broken {
            endpoint: endpoint.clone(),
            source,
        })?;
    // The request that uses the connection receives its errors; the end of an idle connection is noticed on the next
    // use.
    Ok((sender, tokio::task::spawn_local(connection)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::testing::{Answer, Server, client, post, run};

    #[test]
    fn a_connection_that_lay_idle_for_long_is_not_used_again() {
        run(async {
            let server = Server::start(|_| Answer::new(200, "")).await;
            let client = client();
            client.send(post(server.endpoint(), "x")).await.unwrap();
            for idle in client.idle.borrow_mut().values_mut().flatten() {
                idle.since -= pool::MAX_IDLE;
            }
            client.send(post(server.endpoint(), "x")).await.unwrap();
            assert_eq!(server.connections.get(), 2);
        });
    }
}
