//! The verdict of a backend on a request.

use std::time::Duration;

/// The verdict on a payload.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Accepted, except for this many rejected records.
    Delivered(usize),
    /// Like `Delivered`, with the reason for the rejections.
    PartlyRejected(usize, String),
    /// Rejected permanently, for this reason.
    Rejected(String),
    /// The key is not accepted.
    Unauthorized(String),
    /// Too large for this backend, for this reason; with the limit in bytes if the backend states it.
    TooLarge(String, Option<usize>),
    /// Failed for a temporary reason.
    Failed(String),
    /// Like `Failed`, and the backend specifies when to retry.
    Later(String, Duration),
}
