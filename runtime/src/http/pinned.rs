//! Trust in the certificates of the CA file themselves, in addition to those that they signed.

use std::sync::Arc;

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, SignatureScheme};

/// Accepts certificates signed by the authorities, and the certificates in the user's CA file themselves.
/// `openssl req -x509` creates certificates with CA:TRUE, which webpki rejects as a server's (`CaUsedAsEndEntity`),
/// while OpenSSL, Go and Node.js trust one that is in their list of roots.
#[derive(Debug)]
pub(super) struct Pinned {
    pub(super) authorities: Arc<WebPkiServerVerifier>,
    /// The certificates of the CA file.
    pub(super) own: Vec<CertificateDer<'static>>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verified = self
            .authorities
            .verify_server_cert(certificate, intermediates, name, ocsp_response, now);
        let is_own = self.own.iter().any(|own| own.as_ref() == certificate.as_ref());
        match verified {
            Err(Error::InvalidCertificate(reason)) if is_own && is_about_the_issuer(&reason) => {
                rustls::client::verify_server_name(&ParsedCertificate::try_from(certificate)?, name)?;
                Ok(ServerCertVerified::assertion())
            }
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.authorities.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.authorities.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.authorities.supported_verify_schemes()
    }
}

/// Whether only the path to an authority is missing. webpki checks the time first
/// (`check_issuer_independent_properties` of 0.103), so a certificate that has expired or is not valid yet is rejected
/// for that reason; a test ensures this.
fn is_about_the_issuer(reason: &CertificateError) -> bool {
    match reason {
        CertificateError::UnknownIssuer => true,
        reason => is_authority_as_server(reason) || is_algorithm(reason),
    }
}

/// Whether a server presents an authority's own certificate.
pub(super) fn is_authority_as_server(reason: &CertificateError) -> bool {
    let CertificateError::Other(other) = reason else {
        return false;
    };
    other.0.downcast_ref::<webpki::Error>() == Some(&webpki::Error::CaUsedAsEndEntity)
}

/// Whether the signature's algorithm is not supported.
pub(super) fn is_algorithm(reason: &CertificateError) -> bool {
    matches!(
        reason,
        CertificateError::UnsupportedSignatureAlgorithmContext { .. }
            | CertificateError::UnsupportedSignatureAlgorithmForPublicKeyContext { .. }
    )
}
