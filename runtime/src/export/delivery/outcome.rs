//! What one request came to.

/// What one request came to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// There was nothing to send, or nothing to send it with.
    None,
    /// It was taken.
    Done,
    /// It was refused for good, or is to be sent in parts.
    Refused,
    /// There is no answer yet; the request goes on.
    Unanswered,
    /// It failed and is kept.
    Failed,
    /// The key is not accepted.
    Unauthorized,
}
