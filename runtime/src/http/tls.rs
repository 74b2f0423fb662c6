//! TLS configuration: the public authorities and the user's own, with ring as the only cryptography provider.

use std::fmt;
use std::io;
use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{AlertDescription, ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;

use super::endpoint::Endpoint;
use super::error::Error;
use super::pem::Pem;
use super::pinned::Pinned;
use super::stream::{Protocol, Stream};
use super::trust;
use super::unverified::Unverified;

/// The user's TLS settings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TlsOptions {
    /// Certificate authorities that are trusted in addition to the public ones.
    pub authorities: Option<Pem>,
    /// The client certificate for servers that ask for one.
    pub identity: Option<Identity>,
    /// Trusts any certificate.
    pub skip_verify: bool,
}

/// A client certificate with its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The certificate, followed by those between it and its authority.
    pub certificate: Pem,
    /// Its private key.
    pub key: Pem,
}

/// Builds the configuration; costs about 3 ms of CPU together with the first handshake, so it is created on first use.
pub(super) fn client_config(options: &TlsOptions) -> Result<ClientConfig, Error> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
    let builder = match options.skip_verify {
        false => {
            let own = own_authorities(options.authorities.as_ref())?;
            let roots = Arc::new(roots(options.authorities.as_ref(), &own)?);
            let verifier = WebPkiServerVerifier::builder_with_provider(roots, provider).build();
            let authorities = verifier.map_err(|error| rustls::Error::General(error.to_string()))?;
            builder
                .dangerous()
                .with_custom_certificate_verifier(Arc::new(Pinned { authorities, own }))
        }
        true => builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Unverified(provider))),
    };
    let Some(Identity { certificate, key }) = &options.identity else {
        return Ok(builder.with_no_client_auth());
    };
    const CERTIFICATE: &str = "the client certificate";
    const KEY: &str = "the client certificate's key";
    let chain = certificate
        .certificates()
        .map_err(|error| unusable(certificate, CERTIFICATE, error))?;
    if chain.is_empty() {
        return Err(unusable(certificate, CERTIFICATE, "it contains no certificate"));
    }
    let secret = key.key().map_err(|error| unusable(key, KEY, error))?;
    builder
        .with_client_auth_cert(chain, secret)
        .map_err(|error| unusable(key, KEY, error))
}

const AUTHORITIES: &str = "certificate authorities";

/// The certificates of the user's CA file.
fn own_authorities(authorities: Option<&Pem>) -> Result<Vec<CertificateDer<'static>>, Error> {
    let Some(pem) = authorities else {
        return Ok(Vec::new());
    };
    let own = pem.certificates().map_err(|error| unusable(pem, AUTHORITIES, error))?;
    if own.is_empty() {
        return Err(unusable(pem, AUTHORITIES, "it contains no certificate"));
    }
    Ok(own)
}

fn roots(authorities: Option<&Pem>, own: &[CertificateDer<'static>]) -> Result<RootCertStore, Error> {
    let mut roots = RootCertStore::empty();
    roots.extend(webpki_roots::TLS_SERVER_ROOTS.iter().cloned());
    for certificate in own {
        let added = roots.add(certificate.clone());
        added.map_err(|error| match authorities {
            Some(pem) => unusable(pem, AUTHORITIES, error),
            None => error.into(),
        })?;
    }
    Ok(roots)
}

/// The TLS handshake over a fresh connection.
pub(super) async fn connect(
    mut config: ClientConfig,
    options: &TlsOptions,
    protocol: Protocol,
    endpoint: &Endpoint,
    stream: Stream,
) -> Result<Stream, Error> {
    config.alpn_protocols = vec![protocol.alpn().to_vec()];
    let name = ServerName::try_from(endpoint.host().to_owned()).map_err(|error| Error::Invalid {
        endpoint: endpoint.clone(),
        reason: error.to_string(),
    })?;
    let connected = TlsConnector::from(Arc::new(config)).connect(name, stream).await;
    let stream = connected.map_err(|source| handshake_error(endpoint, options, source))?;
    // A server without ALPN uses HTTP/1.1.
    if protocol == Protocol::Http2 && stream.get_ref().1.alpn_protocol() != Some(protocol.alpn()) {
        return Err(Error::NoHttp2 {
            endpoint: endpoint.clone(),
        });
    }
    Ok(Box::new(stream))
}

fn handshake_error(endpoint: &Endpoint, options: &TlsOptions, source: io::Error) -> Error {
    let endpoint = endpoint.clone();
    let inner = source.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>());
    match inner {
        Some(rustls::Error::InvalidCertificate(reason)) => Error::NotTrusted {
            endpoint,
            reason: trust::explain(reason, options.authorities.as_ref()),
        },
        Some(rustls::Error::AlertReceived(AlertDescription::HandshakeFailure)) => Error::NoCommonTls { endpoint },
        Some(rustls::Error::AlertReceived(AlertDescription::NoApplicationProtocol)) => Error::NoHttp2 { endpoint },
        _ => Error::Tls { endpoint, source },
    }
}

fn unusable(pem: &Pem, what: &'static str, reason: impl fmt::Display) -> Error {
    Error::Pem {
        what,
        pem: pem.clone(),
        reason: reason.to_string(),
    }
}
