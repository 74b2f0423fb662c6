//! The purpose of a flush.

/// The purpose of a flush.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The invocation has ended, or runs for a long time: what fails is sent next time.
    Routine,
    /// The environment ends: there is no next time.
    Shutdown,
}
