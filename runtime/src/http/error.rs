//! Errors of requests, whose messages name the endpoint and the fix.

use std::io;
use std::time::Duration;

use super::endpoint::Endpoint;
use super::pem::Pem;
use super::trust::ALGORITHMS;

/// Why there is no response. No variant contains header values, bodies or queries.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The host name has no address.
    #[error("{endpoint}: the host name does not resolve ({source}); check the endpoint and, in a VPC, its DNS")]
    NotResolved {
        /// Where the request was going.
        endpoint: Endpoint,
        /// The resolver's error.
        source: io::Error,
    },
    /// Nothing listens on that port.
    #[error("{endpoint}: connection refused; check host and port, and that the backend is running")]
    Refused {
        /// Where the request was going.
        endpoint: Endpoint,
    },
    /// Any other failure to connect.
    #[error("{endpoint}: cannot connect ({source}); check the network path (subnet routes, security groups)")]
    NotConnected {
        /// Where the request was going.
        endpoint: Endpoint,
        /// The system's error.
        source: io::Error,
    },
    /// The certificate does not verify.
    #[error("{endpoint}: the certificate is not trusted: {reason}")]
    NotTrusted {
        /// Where the request was going.
        endpoint: Endpoint,
        /// What is wrong with the certificate, and the fix.
        reason: String,
    },
    /// Client and server have no version, cipher or algorithm in common.
    #[error(
        "{endpoint}: the server aborted the TLS handshake (handshake_failure): it must support TLS 1.2 or 1.3 with a \
         certificate of one of {ALGORITHMS}; ECDSA with P-521 is not supported"
    )]
    NoCommonTls {
        /// Where the request was going.
        endpoint: Endpoint,
    },
    /// Any other failure of the TLS handshake.
    #[error("{endpoint}: no TLS connection ({source}); check that this port is for TLS, otherwise use http://")]
    Tls {
        /// Where the request was going.
        endpoint: Endpoint,
        /// The library's error.
        source: io::Error,
    },
    /// The TLS library rejects its configuration.
    #[error("TLS cannot be set up: {0}")]
    TlsSetup(#[from] rustls::Error),
    /// A certificate or key is unusable.
    #[error("{what} cannot be read from {pem}: {reason}; PEM is expected")]
    Pem {
        /// Which it is.
        what: &'static str,
        /// Its source.
        pem: Pem,
        /// What is wrong with it.
        reason: String,
    },
    /// The proxy is down, or rejects the connection.
    #[error(
        "{endpoint}: no connection through the proxy {proxy} ({reason}); check HTTPS_PROXY, HTTP_PROXY and NO_PROXY"
    )]
    Proxy {
        /// Where the request was going.
        endpoint: Endpoint,
        /// Host and port of the proxy.
        proxy: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The server supports TLS, but not HTTP/2.
    #[error(
        "{endpoint}: the server does not support HTTP/2, which gRPC needs; check the port, or set \
         ROTEL_OTLP_EXPORTER_PROTOCOL=http"
    )]
    NoHttp2 {
        /// Where the request was going.
        endpoint: Endpoint,
    },
    /// The connection ended, or the data received was not HTTP/2.
    #[error(
        "{endpoint}: the HTTP/2 connection failed ({reason}); check that this port is for gRPC (usually 4317), or \
         set ROTEL_OTLP_EXPORTER_PROTOCOL=http for a port of OTLP/HTTP (usually 4318)"
    )]
    BrokenHttp2 {
        /// Where the request was going.
        endpoint: Endpoint,
        /// The library's error.
        reason: String,
    },
    /// The whole request timed out.
    #[error("{endpoint}: timed out after {} ms while {stage}", timeout.as_millis())]
    TimedOut {
        /// Where the request was going.
        endpoint: Endpoint,
        /// The request's timeout.
        timeout: Duration,
        /// The stage that it had reached.
        stage: Stage,
    },
    /// The connection ended, or the data received was not HTTP.
    #[error("{endpoint}: the connection was interrupted ({source}){}", other_protocol(source))]
    Broken {
        /// Where the request was going.
        endpoint: Endpoint,
        /// The library's error.
        source: hyper::Error,
    },
    /// The response's body did not arrive whole, or is too large to keep.
    #[error("{endpoint}: the response cannot be read ({reason})")]
    Unreadable {
        /// Where the request was going.
        endpoint: Endpoint,
        /// What is wrong with it.
        reason: String,
    },
    /// The request has a path or host that HTTP does not allow.
    #[error("{endpoint}: not a valid request ({reason})")]
    Invalid {
        /// Where the request was going.
        endpoint: Endpoint,
        /// What HTTP does not allow.
        reason: String,
    },
}

/// The advice if the server only supports HTTP/2: the library reports its first frame as an invalid HTTP/1 version, or
/// as an unexpected message if it arrives before the request.
fn other_protocol(source: &hyper::Error) -> &'static str {
    let words = source.to_string();
    match words.contains("invalid HTTP version") || words.contains("unexpected message") {
        true => {
            "; this port seems to be for gRPC (usually 4317): set ROTEL_OTLP_EXPORTER_PROTOCOL=grpc, or use the port \
             of OTLP/HTTP (usually 4318)"
        }
        false => "",
    }
}

/// The stage that a request had reached when it timed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Resolving the name, connecting, TLS handshake.
    Connecting,
    /// Sending the request, waiting for and reading the response.
    Responding,
}

impl std::fmt::Display for Stage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Connecting => "connecting; check the network path (subnet routes, security groups, NAT)",
            Self::Responding => "waiting for the response",
        })
    }
}
