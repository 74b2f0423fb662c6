//! The source of telemetry for exports.

use super::batch::Batch;
use super::drops::Drops;
use crate::record::Signal;

/// Bytes in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Usage {
    /// Bytes queued.
    pub bytes: usize,
    /// Bytes that may be queued.
    pub capacity: usize,
}

/// Queued telemetry, and the counts of what was lost.
pub trait Source {
    /// Bytes queued, and the capacity.
    fn usage(&self) -> Usage;

    /// Takes the complete records of a signal, about `limit` bytes; `now` is in nanoseconds since the Unix epoch.
    fn take(&mut self, signal: Signal, limit: usize, now: u64) -> Batch;

    /// Queued records, including those that are only created when they are taken.
    fn waiting(&self) -> usize;

    /// Counts of losses so far.
    fn drops(&self) -> Drops;

    /// The same, to add losses.
    fn drops_mut(&mut self) -> &mut Drops;
}
