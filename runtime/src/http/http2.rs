//! HTTP/2 for gRPC: one connection per host and port, shared by requests at the same time.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::error::Error as _;
use std::fmt::Write as _;
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::client::conn::http2::{self, SendRequest};
use hyper::header::USER_AGENT;
use hyper::http::uri;
use hyper_util::rt::TokioIo;
use tokio::sync::Mutex;

use super::connect::Connector;
use super::endpoint::Endpoint;
use super::error::{Error, Stage};
use super::executor::LocalExecutor;
use super::message::{Request, Response};
use super::pool::{AGENT, Key, MAX_IDLE, MAX_RESPONSE_BYTES, key};
use super::stream::Protocol;
use crate::spawn::spawn;

type Sender = SendRequest<Full<Bytes>>;

struct Kept {
    sender: Sender,
    /// Wall-clock time: the monotonic clock may stand still while Lambda freezes the environment.
    used: SystemTime,
}

/// The connections.
#[derive(Default)]
pub(super) struct Connections {
    kept: RefCell<HashMap<Key, Kept>>,
    /// Requests that start together wait for one connection instead of opening one each.
    opening: Mutex<()>,
}

impl Connections {
    /// Sends a request and reads its whole response. A kept connection that breaks before a response is replaced by a
    /// fresh one, once.
    pub(super) async fn exchange(
        &self,
        connector: &Connector,
        request: &Request,
        stage: &Cell<Stage>,
    ) -> Result<Response, Error> {
        let message = message(request)?;
        // The end of a connection, perhaps during a freeze, is only noticed after its task has run.
        tokio::task::yield_now().await;
        if let Some(mut sender) = self.kept(&request.endpoint) {
            stage.set(Stage::Responding);
            match sender.send_request(message.clone()).await {
                Ok(response) => return self.finish(request, response).await,
                Err(error) if !has_ended(&sender, &error).await => return Err(broken(&request.endpoint, &error)),
                Err(_) => self.forget(&request.endpoint),
            }
            stage.set(Stage::Connecting);
        }
        let mut sender = self.open(connector, &request.endpoint).await?;
        stage.set(Stage::Responding);
        match sender.send_request(message).await {
            Ok(response) => self.finish(request, response).await,
            Err(error) => {
                self.forget(&request.endpoint);
                Err(broken(&request.endpoint, &error))
            }
        }
    }

    /// Drops the connection: it broke, or nothing arrived over it in time.
    pub(super) fn forget(&self, endpoint: &Endpoint) {
        self.kept.borrow_mut().remove(&key(endpoint));
    }

    fn kept(&self, endpoint: &Endpoint) -> Option<Sender> {
        let mut kept = self.kept.borrow_mut();
        let connection = kept.get(&key(endpoint))?;
        let age = connection.used.elapsed().unwrap_or(Duration::ZERO);
        if age < MAX_IDLE && !connection.sender.is_closed() {
            return Some(connection.sender.clone());
        }
        kept.remove(&key(endpoint));
        None
    }

    /// The connection to an endpoint, opened if there is none.
    pub(super) async fn open(&self, connector: &Connector, endpoint: &Endpoint) -> Result<Sender, Error> {
        let _turn = self.opening.lock().await;
        if let Some(sender) = self.kept(endpoint) {
            return Ok(sender);
        }
        let stream = connector.open(endpoint, Protocol::Http2).await?;
        let handshake = http2::handshake(LocalExecutor, TokioIo::new(stream)).await;
        let (sender, connection) = handshake.map_err(|error| broken(endpoint, &error))?;
        // The request that uses the connection receives its errors; the end of an idle connection is noticed on the
        // next use.
        spawn(async move {
            let _ = connection.await;
        });
        let used = SystemTime::now();
        let kept = Kept {
            sender: sender.clone(),
            used,
        };
        self.kept.borrow_mut().insert(key(endpoint), kept);
        Ok(sender)
    }

    async fn finish(
        &self,
        request: &Request,
        response: hyper::Response<hyper::body::Incoming>,
    ) -> Result<Response, Error> {
        let (head, body) = response.into_parts();
        let body = Limited::new(body, MAX_RESPONSE_BYTES).collect().await;
        let body = body.map_err(|error| Error::Unreadable {
            endpoint: request.endpoint.clone(),
            reason: error.to_string(),
        })?;
        if let Some(kept) = self.kept.borrow_mut().get_mut(&key(&request.endpoint)) {
            kept.used = SystemTime::now();
        }
        Ok(Response {
            status: head.status,
            headers: head.headers,
            trailers: body.trailers().cloned().unwrap_or_default(),
            body: body.to_bytes(),
        })
    }
}

/// True if the connection is gone, which does not concern this request. If only the request was ended, the server may
/// have accepted it, and sending it again could duplicate it.
async fn has_ended(sender: &Sender, error: &hyper::Error) -> bool {
    // The connection's task notices the end after the request does.
    tokio::task::yield_now().await;
    sender.is_closed() || error.is_canceled() || error.is_closed()
}

fn message(request: &Request) -> Result<hyper::Request<Full<Bytes>>, Error> {
    let endpoint = &request.endpoint;
    let uri = uri::Builder::new()
        .scheme(endpoint.scheme().as_str())
        .authority(endpoint.authority())
        .path_and_query(endpoint.path_and_query())
        .build();
    let invalid = |error: hyper::http::Error| Error::Invalid {
        endpoint: endpoint.clone(),
        reason: error.to_string(),
    };
    let message = hyper::Request::builder().method(request.method.clone());
    let message = message.uri(uri.map_err(invalid)?).body(Full::new(request.body.clone()));
    let mut message = message.map_err(invalid)?;
    let headers = message.headers_mut();
    *headers = request.headers.clone();
    headers.entry(USER_AGENT).or_insert(AGENT);
    Ok(message)
}

fn broken(endpoint: &Endpoint, error: &hyper::Error) -> Error {
    let mut reason = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        // Writing to a String doesn't fail.
        let _ = write!(reason, ": {cause}");
        source = cause.source();
    }
    Error::BrokenHttp2 {
        endpoint: endpoint.clone(),
        reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::testing::http2::Http2Server;
    use crate::http::testing::{endpoint, post, run};
    use crate::http::{Proxies, TlsOptions};

    #[test]
    fn a_connection_that_lay_idle_for_long_is_not_used_again() {
        run(async {
            let server = Http2Server::start(None).await;
            let connector = Connector::new(TlsOptions::default(), Proxies::default());
            let (connections, stage) = (Connections::default(), Cell::new(Stage::Connecting));
            let request = post(endpoint(&server.url("http", "127.0.0.1")), "x");
            connections.exchange(&connector, &request, &stage).await.unwrap();
            for kept in connections.kept.borrow_mut().values_mut() {
                kept.used -= MAX_IDLE;
            }
            connections.exchange(&connector, &request, &stage).await.unwrap();
            assert_eq!(server.connections.get(), 2);
        });
    }
}
