//! Limits and keys for keeping connections, for HTTP/1.1 and HTTP/2.

use std::time::Duration;

use hyper::header::HeaderValue;

use super::endpoint::{Endpoint, Scheme};

/// Older idle connections are not used: NAT gateways drop them after 350 s, without notifying either side.
pub(super) const MAX_IDLE: Duration = Duration::from_secs(300);

/// The largest response body that is kept.
pub(super) const MAX_RESPONSE_BYTES: usize = 4 * 1024 * 1024;

pub(super) const AGENT: HeaderValue =
    HeaderValue::from_static(concat!("clickstack-extension/", env!("CARGO_PKG_VERSION")));

/// Connections with the same key are interchangeable.
pub(super) type Key = (Scheme, String, u16);

pub(super) fn key(endpoint: &Endpoint) -> Key {
    (endpoint.scheme(), endpoint.host().to_owned(), endpoint.port())
}
