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
    match headers.get(ENCODING).map(|value| value.as_bytes()) {
        None | Some(b"" | b"identity") => Ok(false),
        Some(b"gzip") => Ok(true),
        Some(_) => Err(Status::new(
            Code::Unimplemented,
            "only gzip or no compression (grpc-encoding) is understood",
        )),
    }
}
