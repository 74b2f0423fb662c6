//! What was lost, and why.

/// Records dropped since the environment started, by reason.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Drops {
    /// The buffer was full.
    pub buffer_full: u64,
    /// The backend rejected them permanently.
    pub rejected: u64,
    /// Telemetry events that could not be parsed.
    pub malformed: u64,
    /// Lambda itself dropped them before delivery.
    pub platform: u64,
    /// One of several exporters was down for so long that its queue was full.
    pub queue_full: u64,
    /// They could not be sent within the user's retry time limit.
    pub expired: u64,
    /// Spans of traces that are not sampled; not a loss.
    pub left_out: u64,
}

impl Drops {
    /// Each reason for a loss, and its count.
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
