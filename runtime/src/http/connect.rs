//! Connections: name resolution, TCP, a proxy if there is one, TLS.

use std::cell::RefCell;
use std::io;

use bytes::Bytes;
use http_body_util::Empty;
use hyper::client::conn::http1;
use hyper::header::{HOST, PROXY_AUTHORIZATION};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use tokio::net::TcpStream;

use super::endpoint::{Endpoint, Scheme};
use super::error::Error;
use super::proxy::{Proxies, Proxy};
use super::quick_ack::QuickAckStream;
use super::stream::{Protocol, Stream};
use super::tls::{self, TlsOptions};
use crate::spawn::spawn;

/// Opens connections.
pub(super) struct Connector {
    options: TlsOptions,
    proxies: Proxies,
    tls: RefCell<Option<ClientConfig>>,
}

impl Connector {
    pub(super) fn new(options: TlsOptions, proxies: Proxies) -> Self {
        let tls = RefCell::new(None);
        Self { options, proxies, tls }
    }

    /// The proxy that forwards plain HTTP/1.1 requests for this endpoint without a tunnel.
    pub(super) fn forwarding_proxy(&self, endpoint: &Endpoint) -> Option<&Proxy> {
        match endpoint.scheme() {
            Scheme::Http => self.proxies.of(endpoint),
            Scheme::Https => None,
        }
    }

    /// Opens a connection on which requests for this endpoint can be sent.
    pub(super) async fn open(&self, endpoint: &Endpoint, protocol: Protocol) -> Result<Stream, Error> {
        // Before connecting, so that an invalid CA file is reported as such even if the backend is unreachable.
        let tls = match endpoint.scheme() {
            Scheme::Http => None,
            Scheme::Https => Some(self.tls_config()?),
        };
        let stream: Stream = match self.proxies.of(endpoint) {
            None => Box::new(connect_tcp(endpoint, endpoint.host(), endpoint.port()).await?),
            Some(proxy) => {
                let connected = connect_tcp(endpoint, &proxy.host, proxy.port).await;
                let stream = connected.map_err(|error| proxy.failure(endpoint, error.to_string()))?;
                match tls.is_none() && protocol == Protocol::Http1 {
                    true => Box::new(stream),
                    false => tunnel(endpoint, proxy, stream).await?,
                }
            }
        };
        match tls {
            None => Ok(stream),
            Some(config) => tls::connect(config, &self.options, protocol, endpoint, stream).await,
        }
    }

    fn tls_config(&self) -> Result<ClientConfig, Error> {
        let mut kept = self.tls.borrow_mut();
        match &*kept {
            Some(config) => Ok(config.clone()),
            None => Ok(kept.insert(tls::client_config(&self.options)?).clone()),
        }
    }
}

async fn connect_tcp(endpoint: &Endpoint, host: &str, port: u16) -> Result<QuickAckStream, Error> {
    let not_resolved = |source| Error::NotResolved {
        endpoint: endpoint.clone(),
        source,
    };
    let addresses = tokio::net::lookup_host((host, port)).await;
    let mut failure = None;
    for address in addresses.map_err(not_resolved)? {
        match TcpStream::connect(address).await {
            Ok(stream) => return Ok(QuickAckStream::new(stream)),
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

/// Asks the proxy for a connection to the endpoint.
async fn tunnel(endpoint: &Endpoint, proxy: &Proxy, stream: QuickAckStream) -> Result<Stream, Error> {
    let failure = |reason: String| proxy.failure(endpoint, reason);
    let target = endpoint.host_and_port();
    let request = hyper::Request::connect(&target).header(HOST, &target);
    let request = match &proxy.authorization {
        Some(authorization) => request.header(PROXY_AUTHORIZATION, authorization),
        None => request,
    };
    let request = request.body(Empty::<Bytes>::new());
    let request = request.map_err(|error| failure(error.to_string()))?;
    let broken = |error: hyper::Error| failure(error.to_string());
    let (mut sender, connection) = http1::handshake(TokioIo::new(stream)).await.map_err(broken)?;
    spawn(async move {
        let _ = connection.with_upgrades().await;
    });
    let response = sender.send_request(request).await.map_err(broken)?;
    if !response.status().is_success() {
        return Err(failure(format!("it answered {}", response.status())));
    }
    let upgraded = hyper::upgrade::on(response).await.map_err(broken)?;
    Ok(Box::new(TokioIo::new(upgraded)))
}
