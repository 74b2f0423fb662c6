//! The init and restore phases of an environment.

use crate::lambda::telemetry::Status;

/// A phase that an invocation waited for. Times are nanoseconds since the Unix epoch.
#[derive(Debug, Clone, PartialEq)]
pub struct Phase {
    /// `init` or `restore`.
    pub name: &'static str,
    /// Lambda began it after an invocation had arrived.
    pub within_invocation: bool,
    /// It came before a snapshot (SnapStart), from which any number of environments may be restored, days later.
    pub before_snapshot: bool,
    /// When it began.
    pub start: u64,
    /// When it ended, once known.
    pub end: Option<u64>,
    /// How it ended, once known.
    pub status: Option<Status>,
    /// The error's type, if it failed.
    pub error_type: Option<String>,
}

impl Phase {
    /// Whether it failed.
    pub fn failed(&self) -> bool {
        self.status.is_some_and(|status| status != Status::Success)
    }
}
