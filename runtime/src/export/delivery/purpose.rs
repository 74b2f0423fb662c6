//! Why there is a flush.

/// Why there is a flush.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The invocation has ended, or goes on for long: what fails is sent next time.
    Routine,
    /// The environment ends: there is no next time.
    Shutdown,
}
