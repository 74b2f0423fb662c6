//! The client: keeps connections between requests and never outlives a request's timeout.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{HOST, HeaderValue, USER_AGENT};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;

use super::endpoint::{Endpoint, Scheme};
use super::error::{Error, Stage};
use super::tls::{self, TlsOptions};
use super::{Request, Response};

/// Idle connections kept per host and port: logs, traces and metrics may be under way at once.
const IDLE_PER_HOST: usize = 3;

/// Older idle connections are not used: NAT gateways forget them after 350 s, without a word to either side.
const MAX_IDLE: Duration = Duration::from_secs(300);

const AGENT: HeaderValue = HeaderValue::from_static(concat!("clickstack-extension/", env!("CARGO_PKG_VERSION")));

type Sender = SendRequest<Full<Bytes>>;
type Key = (Scheme, String, u16);

struct Idle {
    sender: Sender,
    /// Wall-clock time: the monotonic clock may stand still while Lambda freezes the environment.
    since: SystemTime,
}

/// An HTTP/1.1 client for a current-thread runtime inside a `LocalSet`. Purposefully not Clone: share it in an `Rc`.
pub struct Client {
    options: TlsOptions,
    tls: RefCell<Option<Arc<ClientConfig>>>,
    idle: RefCell<HashMap<Key, Vec<Idle>>>,
}

impl Client {
    /// The largest response body that is kept.
    pub const MAX_RESPONSE_BYTES: usize = 4 * 1024 * 1024;

    /// A client without connections. TLS is set up, and the CA file read, on the first `https` request.
    pub fn new(options: TlsOptions) -> Self {
        Self {
            options,
            tls: RefCell::new(None),
            idle: RefCell::new(HashMap::new()),
        }
    }

    /// Sends a request and reads its whole response. A kept connection that breaks before a response is replaced by a
    /// fresh one, once.
    pub async fn send(&self, request: Request) -> Result<Response, Error> {
        let stage = Cell::new(Stage::Connecting);
        let exchange = self.exchange(&request, &stage);
        match tokio::time::timeout(request.timeout, exchange).await {
            Ok(result) => result,
            Err(_) => Err(Error::TimedOut {
                endpoint: request.endpoint.clone(),
                timeout: request.timeout,
                stage: stage.get(),
            }),
        }
    }

    async fn exchange(&self, request: &Request, stage: &Cell<Stage>) -> Result<Response, Error> {
        let broken = |source| Error::Broken {
            endpoint: request.endpoint.clone(),
            source,
        };
        let message = message(request)?;
        if let Some(mut sender) = self.take_idle(&request.endpoint) {
            stage.set(Stage::Responding);
            match attempt(&mut sender, message.clone()).await {
                Ok(response) => return self.finish(request, sender, response).await,
                Err(error) if !breaks_before_response(&error) => return Err(broken(error)),
                Err(_) => stage.set(Stage::Connecting),
            }
        }
        let mut sender = self.connect(&request.endpoint).await?;
        stage.set(Stage::Responding);
        let response = attempt(&mut sender, message).await.map_err(broken)?;
        self.finish(request, sender, response).await
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
            body: body.to_bytes(),
        })
    }

    fn take_idle(&self, endpoint: &Endpoint) -> Option<Sender> {
        let mut idle = self.idle.borrow_mut();
        let connections = idle.get_mut(&key(endpoint))?;
        connections.retain(|connection| {
            let age = connection.since.elapsed().unwrap_or(Duration::ZERO);
            age < MAX_IDLE && !connection.sender.is_closed()
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

    async fn connect(&self, endpoint: &Endpoint) -> Result<Sender, Error> {
        // Before connecting: a bad CA file is told as such even when the backend is away.
        let tls = match endpoint.scheme() {
            Scheme::Http => None,
            Scheme::Https => Some(self.tls_config()?),
        };
        let stream = connect_tcp(endpoint).await?;
        match tls {
            None => handshake(endpoint, stream).await,
            Some(config) => handshake(endpoint, tls::connect(config, endpoint, stream).await?).await,
        }
    }

    fn tls_config(&self) -> Result<Arc<ClientConfig>, Error> {
        let mut kept = self.tls.borrow_mut();
        match &*kept {
            Some(config) => Ok(Arc::clone(config)),
            None => Ok(Arc::clone(kept.insert(tls::client_config(&self.options)?))),
        }
    }
}

fn key(endpoint: &Endpoint) -> Key {
    (endpoint.scheme(), endpoint.host().to_owned(), endpoint.port())
}

fn message(request: &Request) -> Result<hyper::Request<Full<Bytes>>, Error> {
    let invalid = |reason: String| Error::Invalid {
        endpoint: request.endpoint.clone(),
        reason,
    };
    let mut message = hyper::Request::builder()
        .method(request.method.clone())
        .uri(request.endpoint.path_and_query())
        .body(Full::new(request.body.clone()))
        .map_err(|error| invalid(error.to_string()))?;
    let host = request
        .endpoint
        .host_header()
        .ok_or_else(|| invalid("host".to_owned()))?;
    let headers = message.headers_mut();
    *headers = request.headers.clone();
    headers.insert(HOST, host);
    headers.entry(USER_AGENT).or_insert(AGENT);
    Ok(message)
}

async fn attempt(
    sender: &mut Sender,
    message: hyper::Request<Full<Bytes>>,
) -> Result<hyper::Response<Incoming>, hyper::Error> {
    sender.ready().await?;
    sender.send_request(message).await
}

/// True where the server closed a kept connection, which is no statement about this request.
fn breaks_before_response(error: &hyper::Error) -> bool {
    let io = std::error::Error::source(error).and_then(|source| source.downcast_ref::<io::Error>());
    error.is_canceled() || error.is_closed() || error.is_incomplete_message() || io.is_some()
}

async fn connect_tcp(endpoint: &Endpoint) -> Result<TcpStream, Error> {
    let not_resolved = |source| Error::NotResolved {
        endpoint: endpoint.clone(),
        source,
    };
    let addresses = tokio::net::lookup_host((endpoint.host(), endpoint.port())).await;
    let mut failure = None;
    for address in addresses.map_err(not_resolved)? {
        match TcpStream::connect(address).await {
            Ok(stream) => {
                // A request is written at once; waiting for more only costs time. Not fatal where it is refused.
                let _ = stream.set_nodelay(true);
                return Ok(stream);
            }
            Err(source) => failure = Some(source),
        }
    }
    let endpoint = endpoint.clone();
    Err(match failure {
        Some(source) if source.kind() == io::ErrorKind::ConnectionRefused => Error::Refused { endpoint },
        Some(source) => Error::NotConnected { endpoint, source },
        None => not_resolved(io::Error::new(io::ErrorKind::NotFound, "no address")),
    })
}

async fn handshake<S>(endpoint: &Endpoint, stream: S) -> Result<Sender, Error>
where
    S: AsyncRead + AsyncWrite + Unpin + 'static,
{
    let (sender, connection) = http1::handshake(TokioIo::new(stream))
        .await
        .map_err(|source| Error::Broken {
            endpoint: endpoint.clone(),
            source,
        })?;
    // The request that uses the connection hears of its errors; an idle one's end shows on the next use.
    tokio::task::spawn_local(async move {
        let _ = connection.await;
    });
    Ok(sender)
}
