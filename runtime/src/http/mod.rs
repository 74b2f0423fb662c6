//! A small HTTP client for one thread: plain or TLS connections that are kept between requests, one timeout for a
//! whole request, and errors that say how to fix them.

mod client;
mod connect;
mod deadline;
mod endpoint;
mod error;
mod executor;
mod http2;
mod message;
mod pem;
mod pinned;
mod pool;
mod proxy;
mod quick_ack;
pub mod server;
mod stream;
#[cfg(test)]
pub(crate) mod testing;
mod tls;
mod trust;
mod unverified;

pub use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
pub use hyper::{Method, StatusCode};

pub use client::Client;
pub use endpoint::{Endpoint, InvalidEndpoint, Scheme};
pub use error::Error;
pub use executor::LocalExecutor;
pub use message::{Request, Response};
pub use pem::Pem;
pub use proxy::Proxies;
pub use tls::{Identity, TlsOptions};

#[cfg(test)]
mod tests;
