//! The contents of one export.

use crate::record::{Forwarded, Log, Span};

/// The contents of one request per signal.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// The extension's log records.
    pub logs: Vec<Log>,
    /// The extension's spans.
    pub spans: Vec<Span>,
    /// Requests of the function's SDK.
    pub forwarded: Vec<Forwarded>,
}

impl Batch {
    /// The number of items, as the backend counts them.
    pub fn items(&self) -> usize {
        let forwarded: usize = self.forwarded.iter().map(|request| request.items).sum();
        self.logs.len() + self.spans.len() + forwarded
    }

    /// Approximate bytes in memory.
    pub fn size(&self) -> usize {
        let logs: usize = self.logs.iter().map(Log::size).sum();
        let spans: usize = self.spans.iter().map(Span::size).sum();
        let forwarded: usize = self.forwarded.iter().map(|request| request.request.len()).sum();
        logs + spans + forwarded
    }

    /// Whether there is nothing to send.
    pub fn is_empty(&self) -> bool {
        self.logs.is_empty() && self.spans.is_empty() && self.forwarded.is_empty()
    }
}
