//! gRPC's framing of a unary call over HTTP/2: framed messages, and a status in the trailers. Pure.

mod framing;
mod method;
mod status;

pub use framing::{MessageReader, frame};
pub use method::{method_path, signal_of};
pub use status::{Code, Status};

use crate::http::{HeaderMap, HeaderName};

/// Content type of requests and responses; what follows a `+` names the message format.
pub const CONTENT_TYPE: &str = "application/grpc";
/// The compression of messages that are flagged as compressed.
pub const ENCODING: HeaderName = HeaderName::from_static("grpc-encoding");
/// The compressions that a side supports.
pub const ACCEPT_ENCODING: HeaderName = HeaderName::from_static("grpc-accept-encoding");
/// The caller's timeout.
pub const TIMEOUT: HeaderName = HeaderName::from_static("grpc-timeout");

/// Whether messages flagged as compressed use gzip; otherwise none may be compressed.
pub fn is_gzip(headers: &HeaderMap) -> Result<bool, Status> {
    let value = headers
        .get(ENCODING)
        .map_or(&b""[..], |value| value.as_bytes().trim_ascii());
    match value {
        value if value.is_empty() || value.eq_ignore_ascii_case(b"identity") => Ok(false),
        value if value.eq_ignore_ascii_case(b"gzip") => Ok(true),
        _ => Err(Status::new(
            Code::Unimplemented,
            "only gzip or no compression (grpc-encoding) is supported",
        )),
    }
}
