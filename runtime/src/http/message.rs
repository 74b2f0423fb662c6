//! A request and its response.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use hyper::header::HeaderMap;
use hyper::{Method, StatusCode};

use super::endpoint::Endpoint;

/// One request. `Content-Length` and, unless given, `Host` and `User-Agent` are added on sending.
#[derive(Clone)]
pub struct Request {
    /// The request method.
    pub method: Method,
    /// The destination, including path and query.
    pub endpoint: Endpoint,
    /// Header fields, sent as they are.
    pub headers: HeaderMap,
    /// The whole body; may be empty.
    pub body: Bytes,
    /// Time limit for everything: name resolution, connecting, sending and reading the whole response.
    pub timeout: Duration,
}

/// Shows header names only, since values contain keys.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("method", &self.method)
            .field("endpoint", &self.endpoint)
            .field("headers", &self.headers.keys().collect::<Vec<_>>())
            .field("body_bytes", &self.body.len())
            .field("timeout", &self.timeout)
            .finish()
    }
}

/// A response of any status, read to its end.
#[derive(Clone)]
pub struct Response {
    /// The status; every status is a response, not an error.
    pub status: StatusCode,
    /// Header fields.
    pub headers: HeaderMap,
    /// Trailer fields; none over HTTP/1.1.
    pub trailers: HeaderMap,
    /// The whole body, at most [`super::Client::MAX_RESPONSE_BYTES`].
    pub body: Bytes,
}

/// Shows the body's size only, since it may be a secret.
impl fmt::Debug for Response {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("body_bytes", &self.body.len())
            .finish()
    }
}
