//! What the runtime API proxy reads, at the invocation that it is about.

use super::Invocations;
use super::entry::Invocation;
use super::proxied::Read;

/// Reads that are remembered of invocations that have not come yet: an event is read before Lambda tells of it.
const MOST_EARLY: usize = 8;

impl Invocations {
    /// The proxy has read something of an invocation.
    pub fn read(&mut self, read: Read) {
        let known = self
            .newest(read.request_id())
            .and_then(|index| self.recent.get_mut(index));
        match known {
            // Lambda's retry of an asynchronous event runs under the same id.
            Some(invocation) if invocation.outcome.is_none() => invocation.read(read),
            _ => {
                if self.early_reads.0.len() == MOST_EARLY {
                    self.early_reads.0.pop_front();
                }
                self.early_reads.0.push_back(read);
            }
        }
    }

    /// What was read of the newest invocation before it came.
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
                // What has left already names the span in the trace that it was in then; a durable execution has its own.
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
