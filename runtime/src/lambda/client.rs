//! The client of the Extensions API and the Telemetry API: one plain connection to the Runtime API's host.
//!
//! It is part of every cold start, so it omits what the general HTTP client does: no TLS, no pool.

use std::net::SocketAddr;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{CONTENT_TYPE, HOST, HeaderMap, HeaderName, HeaderValue};
use hyper::{Method, Request, StatusCode};
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use tokio::net::TcpStream;

use super::events::{self, Lifecycle};
use crate::spawn::spawn;

const IDENTIFIER: HeaderName = HeaderName::from_static("lambda-extension-identifier");
const NAME: HeaderName = HeaderName::from_static("lambda-extension-name");
const ACCEPT_FEATURE: HeaderName = HeaderName::from_static("lambda-extension-accept-feature");

/// The Telemetry API's schema, and the older one for hosts that do not support it.
const SCHEMAS: [&str; 2] = ["2025-01-29", "2022-12-13"];

/// Time limit for calls of the init phase. `/event/next` has none.
const PATIENCE: Duration = Duration::from_secs(2);

/// Why a call failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing listens there.
    #[error("no connection to Lambda's API at {address}: {source}")]
    Connect {
        /// Host and port.
        address: String,
        /// The reason.
        source: std::io::Error,
    },
    /// The connection broke.
    #[error("{call}: {source}")]
    Http {
        /// The call.
        call: &'static str,
        /// The reason.
        source: hyper::Error,
    },
    /// The request cannot be created.
    #[error("{call}: {source}")]
    Request {
        /// The call.
        call: &'static str,
        /// The reason.
        source: hyper::http::Error,
    },
    /// Lambda rejected the call.
    #[error("{call}: Lambda answered {status} {body}")]
    Refused {
        /// The call.
        call: &'static str,
        /// The response's status.
        status: StatusCode,
        /// The response's text.
        body: String,
    },
    /// The response lacks the extension's identifier.
    #[error("register: Lambda returned no identifier")]
    NoIdentifier,
    /// No response in time.
    #[error("{call}: no answer within {} s", PATIENCE.as_secs())]
    TimedOut {
        /// The call.
        call: &'static str,
    },
}

/// The result of a registration.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Registration {
    /// The AWS account, if Lambda returns it.
    pub account_id: Option<String>,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

/// One connection to Lambda, opened again when it breaks.
pub struct Client {
    address: String,
    identifier: Option<HeaderValue>,
    connection: Option<SendRequest<Full<Bytes>>>,
}

impl Client {
    /// A client of the Runtime API at `address` (host:port); it isn't connected yet.
    pub fn new(address: &str) -> Self {
        Client {
            address: address.to_owned(),
            identifier: None,
            connection: None,
        }
    }

    /// Registers under the extension's file name, for these lifecycle events.
    pub async fn register(&mut self, name: &str, events: &[&str]) -> Result<Registration, Error> {
        const CALL: &str = "register";
        let mut headers = HeaderMap::new();
        headers.insert(NAME, value(CALL, name)?);
        headers.insert(ACCEPT_FEATURE, HeaderValue::from_static("accountId"));
        let body = serde_json::json!({ "events": events }).to_string();
        let call = self.call(CALL, Method::POST, "/2020-01-01/extension/register", headers, body);
        let answer = accepted(CALL, within(CALL, call).await?)?;
        self.identifier = Some(answer.headers.get(IDENTIFIER).cloned().ok_or(Error::NoIdentifier)?);
        Ok(serde_json::from_slice(&answer.body).unwrap_or_default())
    }

    /// Subscribes to these types of telemetry, delivered to this port. Returns false if Lambda only pretends to accept
    /// (`202`, local testing): nothing will be delivered then.
    pub async fn subscribe(&mut self, port: u16, types: &[&str]) -> Result<bool, Error> {
        const CALL: &str = "subscribe to telemetry";
        for (attempt, schema) in SCHEMAS.iter().enumerate() {
            let body = subscription(schema, port, types);
            let call = self.call(CALL, Method::PUT, "/2022-07-01/telemetry", HeaderMap::new(), body);
            let answer = within(CALL, call).await?;
            let older_follows = attempt + 1 < SCHEMAS.len();
            if answer.status == StatusCode::BAD_REQUEST && older_follows {
                continue;
            }
            return Ok(accepted(CALL, answer)?.status == StatusCode::OK);
        }
        Ok(false)
    }

    /// Reports that the extension is done, and waits for the next event.
    pub async fn next(&mut self) -> Result<Lifecycle, Error> {
        const CALL: &str = "next event";
        let path = "/2020-01-01/extension/event/next";
        let answer = self
            .call(CALL, Method::GET, path, HeaderMap::new(), String::new())
            .await?;
        Ok(events::parse(&accepted(CALL, answer)?.body))
    }

    async fn call(
        &mut self,
        call: &'static str,
        method: Method,
        path: &str,
        mut headers: HeaderMap,
        body: String,
    ) -> Result<Answer, Error> {
        headers.insert(HOST, value(call, &self.address)?);
        if let Some(identifier) = &self.identifier {
            headers.insert(IDENTIFIER, identifier.clone());
        }
        if !body.is_empty() {
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        let mut request = Request::new(Full::new(Bytes::from(body)));
        *request.method_mut() = method;
        *request.uri_mut() = path.parse().map_err(|e| Error::Request {
            call,
            source: hyper::http::Error::from(e),
        })?;
        *request.headers_mut() = headers;
        let mut connection = match ready(self.connection.take()).await {
            Some(connection) => connection,
            None => connect(&self.address).await?,
        };
        let broken = |source| Error::Http { call, source };
        let response = connection.send_request(request).await.map_err(broken)?;
        let (head, body) = response.into_parts();
        let body = body.collect().await.map_err(broken)?.to_bytes();
        self.connection = Some(connection);
        Ok(Answer {
            status: head.status,
            headers: head.headers,
            body,
        })
    }
}

/// The kept connection, if it is still open.
async fn ready(kept: Option<SendRequest<Full<Bytes>>>) -> Option<SendRequest<Full<Bytes>>> {
    let mut connection = kept?;
    connection.ready().await.ok().map(|()| connection)
}

fn value(call: &'static str, text: &str) -> Result<HeaderValue, Error> {
    HeaderValue::from_str(text).map_err(|e| Error::Request {
        call,
        source: hyper::http::Error::from(e),
    })
}

async fn within(call: &'static str, answer: impl Future<Output = Result<Answer, Error>>) -> Result<Answer, Error> {
    match tokio::time::timeout(PATIENCE, answer).await {
        Ok(result) => result,
        Err(_) => Err(Error::TimedOut { call }),
    }
}

fn accepted(call: &'static str, answer: Answer) -> Result<Answer, Error> {
    match answer.status.is_success() {
        true => Ok(answer),
        false => Err(Error::Refused {
            call,
            status: answer.status,
            body: String::from_utf8_lossy(&answer.body).chars().take(200).collect(),
        }),
    }
}

fn subscription(schema: &str, port: u16, types: &[&str]) -> String {
    serde_json::json!({
        "schemaVersion": schema,
        "types": types,
        "buffering": { "maxItems": 1000, "maxBytes": 262_144, "timeoutMs": 25 },
        "destination": { "protocol": "HTTP", "URI": format!("http://sandbox.localdomain:{port}/") },
    })
    .to_string()
}

async fn connect(address: &str) -> Result<SendRequest<Full<Bytes>>, Error> {
    let failed = |source| Error::Connect {
        address: address.to_owned(),
        source,
    };
    // Lambda provides an IP address; resolving a name would start a thread.
    let stream = match address.parse::<SocketAddr>() {
        Ok(socket) => TcpStream::connect(socket).await,
        Err(_) => TcpStream::connect(address).await,
    };
    let stream = stream.map_err(failed)?;
    // If this fails, the only cost is some latency.
    let _ = stream.set_nodelay(true);
    let handshake = http1::handshake(TokioIo::new(stream)).await;
    let (sender, connection) = handshake.map_err(|source| Error::Http {
        call: "connect",
        source,
    })?;
    spawn(async move {
        // Its end is noticed by the request that uses it.
        let _ = connection.await;
    });
    Ok(sender)
}
