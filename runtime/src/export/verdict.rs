//! What a backend made of a request.

use std::time::Duration;

/// What became of a payload.
#[derive(Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Taken, but for this many records that the backend refused.
    Delivered(usize),
    /// The same, and this is why.
    PartlyRejected(usize, String),
    /// Refused for good, for this reason.
    Rejected(String),
    /// The key is not accepted.
    Unauthorized(String),
    /// Too large for this backend, for this reason; with the limit in bytes where the backend names it.
    TooLarge(String, Option<usize>),
    /// Failed for a reason that may pass.
    Failed(String),
    /// The same, and the backend says after how long it may be asked again.
    Later(String, Duration),
}
