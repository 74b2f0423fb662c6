//! A small HTTP server on a free loopback port, for tests of everything that sends requests.

#[cfg(test)]
pub(super) mod http2;

use std::cell::{Cell, RefCell};
use std::convert::Infallible;
use std::future::Future;
use std::io::Write;
use std::net::SocketAddr;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{ConfigBuilder, RootCertStore, ServerConfig, WantsVerifier};
use tempfile::NamedTempFile;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::{Client, Endpoint, HeaderMap, Method, Request, TlsOptions};

/// Runs a test like the extension: one thread, local tasks.
pub(crate) fn run<F: Future>(future: F) -> F::Output {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    tokio::task::LocalSet::new().block_on(&runtime, future)
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub method: Method,
    pub path: String,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Seen {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }
}

/// The server's response: status and body, after a delay.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
    pub delay: Duration,
}

impl Answer {
    pub(crate) fn new(status: u16, body: impl Into<Vec<u8>>) -> Self {
        let (body, delay) = (body.into(), Duration::ZERO);
        Self { status, body, delay }
    }
}

pub(crate) struct Server {
    pub address: SocketAddr,
    pub requests: Rc<RefCell<Vec<Seen>>>,
    pub connections: Rc<Cell<usize>>,
}

type Handler = Rc<dyn Fn(&Seen) -> Answer>;

impl Server {
    pub(crate) async fn start(handler: impl Fn(&Seen) -> Answer + 'static) -> Self {
        Self::listen(Rc::new(handler), None).await
    }

    pub(crate) async fn start_tls(authority: &Authority, handler: impl Fn(&Seen) -> Answer + 'static) -> Self {
        Self::listen(Rc::new(handler), Some(authority.acceptor())).await
    }

    /// With a certificate of the test's own.
    pub(crate) async fn start_with(tls: TlsAcceptor, handler: impl Fn(&Seen) -> Answer + 'static) -> Self {
        Self::listen(Rc::new(handler), Some(tls)).await
    }

    /// A URL of this server with `host` instead of its address.
    pub(crate) fn url(&self, scheme: &str, host: &str) -> String {
        format!("{scheme}://{host}:{}", self.address.port())
    }

    pub(crate) fn endpoint(&self) -> Endpoint {
        Endpoint::parse(&self.url("http", "127.0.0.1")).unwrap()
    }

    async fn listen(handler: Handler, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Rc::new(RefCell::new(Vec::new()));
        let connections = Rc::new(Cell::new(0));
        let (log, count) = (Rc::clone(&requests), Rc::clone(&connections));
        tokio::task::spawn_local(async move {
            while let Ok((stream, _)) = listener.accept().await {
                count.set(count.get() + 1);
                let (handler, log, tls) = (Rc::clone(&handler), Rc::clone(&log), tls.clone());
                tokio::task::spawn_local(async move {
                    match tls {
                        None => serve(stream, handler, log).await,
                        Some(tls) => {
                            if let Ok(stream) = tls.accept(stream).await {
                                serve(stream, handler, log).await;
                            }
                        }
                    }
                });
            }
        });
        Self {
            address,
            requests,
            connections,
        }
    }
}

async fn serve<S>(stream: S, handler: Handler, log: Rc<RefCell<Vec<Seen>>>)
where
    S: AsyncRead + AsyncWrite + Unpin + 'static,
{
    let service = service_fn(|request: hyper::Request<Incoming>| {
        let (handler, log) = (Rc::clone(&handler), Rc::clone(&log));
        async move {
            let (head, body) = request.into_parts();
            let seen = Seen {
                method: head.method,
                path: head.uri.to_string(),
                headers: head.headers,
                body: body.collect().await.unwrap().to_bytes(),
            };
            let answer = handler(&seen);
            log.borrow_mut().push(seen);
            tokio::time::sleep(answer.delay).await;
            let response = hyper::Response::builder()
                .status(answer.status)
                .body(Full::<Bytes>::from(answer.body));
            Ok::<_, Infallible>(response.unwrap())
        }
    });
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// A certificate authority for one test, and its certificate for one server.
pub(crate) struct Authority {
    /// The authority's certificate as a PEM file.
    pub ca_file: NamedTempFile,
    issuer: Issuer<'static, KeyPair>,
    certificate: CertificateDer<'static>,
    key: PrivateKeyDer<'static>,
}

impl Authority {
    pub(crate) fn new() -> Self {
        Self::for_name("localhost")
    }

    /// An authority with a certificate for this server.
    pub(crate) fn for_name(name: &str) -> Self {
        let ca_key = KeyPair::generate().unwrap();
        let mut ca = CertificateParams::new(Vec::new()).unwrap();
        ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let ca_certificate = ca.self_signed(&ca_key).unwrap();
        let issuer = Issuer::new(ca, ca_key);

        let key = KeyPair::generate().unwrap();
        let leaf = CertificateParams::new(vec![name.to_owned()]).unwrap();
        let certificate = leaf.signed_by(&key, &issuer).unwrap();
        Self {
            ca_file: file(&ca_certificate.pem()),
            issuer,
            certificate: certificate.der().clone(),
            key: PrivateKeyDer::try_from(key.serialize_der()).unwrap(),
        }
    }

    /// A certificate for a client and its key, as PEM.
    pub(crate) fn client_identity(&self) -> (String, String) {
        let key = KeyPair::generate().unwrap();
        let leaf = CertificateParams::new(vec!["client".to_owned()]).unwrap();
        let certificate = leaf.signed_by(&key, &self.issuer).unwrap();
        (certificate.pem(), key.serialize_pem())
    }

    fn acceptor(&self) -> TlsAcceptor {
        self.acceptor_for(&[])
    }

    /// A server that supports these protocols.
    pub(crate) fn acceptor_for(&self, protocols: &[&[u8]]) -> TlsAcceptor {
        let mut config = Self::server(self.certificate.clone(), self.key.clone_key());
        config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
        TlsAcceptor::from(Arc::new(config))
    }

    /// A server of HTTP/2 that only serves clients with a certificate of this authority.
    pub(crate) fn acceptor_asking_for_certificates(&self) -> TlsAcceptor {
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_file_iter(self.ca_file.path()).unwrap() {
            roots.add(certificate.unwrap()).unwrap();
        }
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
        let mut config = Self::builder()
            .with_client_cert_verifier(verifier.build().unwrap())
            .with_single_cert(vec![self.certificate.clone()], self.key.clone_key())
            .unwrap();
        config.alpn_protocols = vec![b"h2".to_vec()];
        TlsAcceptor::from(Arc::new(config))
    }

    /// A server with this certificate.
    pub(crate) fn acceptor_with(certificate: CertificateDer<'static>, key: PrivateKeyDer<'static>) -> TlsAcceptor {
        TlsAcceptor::from(Arc::new(Self::server(certificate, key)))
    }

    fn server(certificate: CertificateDer<'static>, key: PrivateKeyDer<'static>) -> ServerConfig {
        let config = Self::builder().with_no_client_auth();
        config.with_single_cert(vec![certificate], key).unwrap()
    }

    fn builder() -> ConfigBuilder<ServerConfig, WantsVerifier> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
    }
}

/// A temporary file with this text.
pub(crate) fn file(text: &str) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

/// A POST with a generous timeout.
pub(crate) fn post(endpoint: Endpoint, body: &'static str) -> Request {
    Request {
        method: Method::POST,
        endpoint,
        headers: HeaderMap::new(),
        body: Bytes::from_static(body.as_bytes()),
        timeout: Duration::from_secs(20),
    }
}

/// A client that trusts only the public authorities.
pub(crate) fn client() -> Client {
    Client::new(TlsOptions::default())
}

pub(crate) fn endpoint(url: &str) -> Endpoint {
    Endpoint::parse(url).unwrap()
}
