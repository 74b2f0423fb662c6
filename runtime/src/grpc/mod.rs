//! What gRPC puts around a unary call over HTTP/2: framed messages, and a status in the trailers. Pure.

mod framing;
mod method;
mod status;

pub use framing::{MessageReader, frame};
pub use method::{method_path, signal_of};
pub use status::{Code, Status};

use crate::http::{HeaderMap, HeaderName};

/// Content type of requests and responses; what follows a `+` names the message format.
pub const CONTENT_TYPE: &str = "application/grpc";
/// How messages are compressed that say they are.
pub const ENCODING: HeaderName = HeaderName::from_static("grpc-encoding");
/// The compressions that a side understands.
pub const ACCEPT_ENCODING: HeaderName = HeaderName::from_static("grpc-accept-encoding");
/// How long the caller waits.
pub const TIMEOUT: HeaderName = HeaderName::from_static("grpc-timeout");

/// Whether messages that say they are compressed are so by gzip; the only other possibility is that none are.
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
