//! A small HTTP client for one thread: plain or TLS connections that are kept between requests, one timeout for a
//! whole request, and errors that say what to do.

mod client;
mod connect;
mod deadline;
mod endpoint;
#[cfg(test)]
mod endpoint_tests;
mod error;
mod executor;
mod http2;
#[cfg(test)]
mod http2_testing;
#[cfg(test)]
mod http2_tests;
mod pinned;
mod prompt;
mod proxy;
#[cfg(test)]
mod proxy_tests;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(test)]
mod tests;
mod tls;
#[cfg(test)]
mod tls_tests;
mod trust;
mod unverified;

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
pub use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
pub use hyper::{Method, StatusCode};

pub use client::Client;
pub use endpoint::{Endpoint, InvalidEndpoint, Scheme};
pub use error::Error;
pub use executor::LocalExecutor;
pub use proxy::Proxies;
pub use tls::{Identity, Pem, TlsOptions};

/// One request. `Content-Length` and, unless given, `Host` and `User-Agent` are added on sending.
#[derive(Clone)]
pub struct Request {
    /// The request method.
    pub method: Method,
    /// Where the request goes, path and query included.
    pub endpoint: Endpoint,
    /// Header fields, sent as they are.
    pub headers: HeaderMap,
    /// The whole body; may be empty.
    pub body: Bytes,
    /// Time for everything: name resolution, connecting, sending and reading the whole response.
    pub timeout: Duration,
}

/// Shows header names only, since values hold keys.
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
    /// The whole body, at most [`Client::MAX_RESPONSE_BYTES`].
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
