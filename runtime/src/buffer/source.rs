//! Where exports take telemetry from.

use super::batch::Batch;
use super::drops::Drops;
use crate::record::Signal;

/// Bytes in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Bytes that wait.
    pub bytes: usize,
    /// Bytes that may wait.
    pub capacity: usize,
}

/// What waits to be sent, and the account of what was lost.
pub trait Source {
    /// Bytes that wait, and that may.
    fn usage(&self) -> Usage;

    /// Takes what is complete of a signal, about `limit` bytes; `now` is in nanoseconds since the Unix epoch.
    fn take(&mut self, signal: Signal, limit: usize, now: u64) -> Batch;

    /// Records that wait, or come into being once they are taken.
    fn waiting(&self) -> usize;

    /// What was lost so far.
    fn drops(&self) -> Drops;

    /// The same, for those who lose something.
    fn drops_mut(&mut self) -> &mut Drops;
}
