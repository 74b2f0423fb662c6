//! What was lost, and why.

/// Records dropped since the environment started, by reason.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Drops {
    /// The buffer was full.
    pub buffer_full: u64,
    /// The backend refused them for good.
    pub rejected: u64,
    /// Telemetry events that nobody could read.
    pub malformed: u64,
    /// Lambda itself dropped them before they came.
    pub platform: u64,
    /// One of several exporters was away for so long that its queue was full.
    pub queue_full: u64,
    /// They could not be sent for longer than the user wants them to be tried.
    pub expired: u64,
    /// Spans of traces that are not of the share which the user wants: no loss.
    pub left_out: u64,
}

impl Drops {
    /// Each reason of a loss, and its count.
    pub fn by_reason(&self) -> [(&'static str, u64); 6] {
        [
            ("buffer_full", self.buffer_full),
            ("rejected", self.rejected),
            ("malformed", self.malformed),
            ("platform", self.platform),
            ("queue_full", self.queue_full),
            ("expired", self.expired),
        ]
    }
}
