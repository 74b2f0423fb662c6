//! Certificates and keys in settings.

use std::path::PathBuf;

use crate::http::Pem;

/// The variable's name determines whether the value is a file or the PEM text itself, in which line ends may be written
/// as `\n`.
pub(super) fn pem_of(variable: &str, text: &str) -> Pem {
    match variable.ends_with("_PEM") {
        true => Pem::Text(text.replace("\\n", "\n")),
        false => Pem::File(PathBuf::from(text)),
    }
}
