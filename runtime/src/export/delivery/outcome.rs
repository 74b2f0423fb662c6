//! The outcome of one request.

/// The outcome of one request.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    /// There was nothing to send, or nothing to send it with.
    None,
    /// It was accepted.
    Done,
    /// It was rejected permanently, or is to be sent in parts.
    Refused,
    /// There is no response yet; the request continues.
    Unanswered,
    /// It failed and is kept.
    Failed,
    /// The key is not accepted.
    Unauthorized,
}
