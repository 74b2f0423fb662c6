//! Certificates and keys, as a file or as text.

use std::fmt;
use std::path::PathBuf;

use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// PEM, as a file or as text. `Debug` and `Display` do not show the latter, which may be a key.
#[derive(Clone, PartialEq, Eq)]
pub enum Pem {
    /// Path of a file.
    File(PathBuf),
    /// The text itself.
    Text(String),
}

impl fmt::Display for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Pem::File(path) => write!(f, "{}", path.display()),
            Pem::Text(_) => f.write_str("the setting's text"),
        }
    }
}

impl fmt::Debug for Pem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl Pem {
    pub(super) fn certificates(&self) -> Result<Vec<CertificateDer<'static>>, pem::Error> {
        match self {
            Pem::File(path) => CertificateDer::pem_file_iter(path)?.collect(),
            Pem::Text(text) => CertificateDer::pem_slice_iter(text.as_bytes()).collect(),
        }
    }

    pub(super) fn key(&self) -> Result<PrivateKeyDer<'static>, pem::Error> {
        match self {
            Pem::File(path) => PrivateKeyDer::from_pem_file(path),
            Pem::Text(text) => PrivateKeyDer::from_pem_slice(text.as_bytes()),
        }
    }
}
