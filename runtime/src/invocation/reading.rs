//! Assigns what the runtime API proxy reads to its invocation.

use super::Invocations;
use super::entry::Invocation;
use super::proxied::Read;

/// Maximum number of reads remembered for invocations that are not known yet: an event is read before Lambda reports
/// it.
const MOST_EARLY: usize = 8;

impl Invocations {
    /// Handles something that the proxy has read about an invocation.
    pub fn read(&mut self, read: Read) {
        let known = self
            .newest(read.request_id())
            .and_then(|index| self.recent.get_mut(index));
        match known {
            // Lambda's retry of an asynchronous event has the same id.
            Some(invocation) if invocation.outcome.is_none() => invocation.read(read),
            _ => {
                if self.early_reads.0.len() == MOST_EARLY {
                    self.early_reads.0.pop_front();
                }
                self.early_reads.0.push_back(read);
            }
        }
    }

    /// Applies what was read about the newest invocation before it was known.
    pub(super) fn take_early_reads(&mut self) {
        let Some(invocation) = self.recent.back_mut().filter(|_| !self.early_reads.0.is_empty()) else {
            return;
        };
        for read in std::mem::take(&mut self.early_reads.0) {
            match read.request_id() == &*invocation.request_id {
                true => invocation.read(read),
                false => self.early_reads.0.push_back(read),
            }
        }
    }
}

impl Invocation {
    fn read(&mut self, read: Read) {
        let proxied = self.proxied.get_or_insert_default();
        match read {
            Read::Begun(begun) => {
                let origin = &begun.origin;
                let trace_id = origin.parent.map(|parent| parent.trace_id).or(origin.trace_id);
                proxied.begun = Some(*begun);
                // Records that were already sent refer to the span in its earlier trace; a durable execution has its
                // own.
                let free = self.outcome.is_none() && !self.has_early_lines() && self.root.is_none();
                if let Some(trace_id) = trace_id.filter(|_| free) {
                    self.own.trace_id = trace_id;
                }
            }
            Read::Answered(answered) => proxied.answered = Some(*answered),
        }
        let code = self.proxied.as_ref().and_then(|proxied| proxied.status_code());
        self.failed_span |= code.is_some_and(|code| code >= 500);
    }
}
