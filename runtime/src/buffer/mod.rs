//! The send queue: bounded in bytes, with an exact count of what it had to drop.

mod batch;
mod drops;
mod source;

use std::collections::VecDeque;

pub use batch::Batch;
pub use drops::Drops;
pub use source::{Source, Usage};

use crate::record::{Forwarded, Log, Severity, Signal, Span};

const MEGABYTE: usize = 1024 * 1024;

/// Queued records, oldest first.
#[derive(Debug)]
pub struct Buffer {
    capacity: usize,
    bytes: usize,
    logs: VecDeque<Log>,
    spans: Vec<Span>,
    forwarded: VecDeque<Forwarded>,
    /// What was dropped.
    pub drops: Drops,
}

impl Buffer {
    /// A buffer of `capacity` bytes.
    pub fn new(capacity: usize) -> Self {
        Buffer {
            capacity,
            bytes: 0,
            logs: VecDeque::new(),
            spans: Vec::new(),
            forwarded: VecDeque::new(),
            drops: Drops::default(),
        }
    }

    /// The capacity for a function of `memory_mb`: a sixteenth of it, between 4 and 32 MB.
    pub fn capacity_for(memory_mb: u64) -> usize {
        let sixteenth = usize::try_from(memory_mb / 16).unwrap_or(usize::MAX);
        sixteenth.clamp(4, 32) * MEGABYTE
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Bytes that may be held.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Whether it is empty.
    pub fn is_empty(&self) -> bool {
        self.logs.is_empty() && self.spans.is_empty() && self.forwarded.is_empty()
    }

    /// Records held.
    pub fn len(&self) -> usize {
        let forwarded: usize = self.forwarded.iter().map(|request| request.items).sum();
        self.logs.len() + self.spans.len() + forwarded
    }

    /// Adds a log record.
    pub fn push_log(&mut self, log: Log) {
        self.bytes += log.size();
        self.logs.push_back(log);
        self.shrink();
    }

    /// Adds one of the extension's own spans.
    pub fn push_span(&mut self, span: Span) {
        self.bytes += span.size();
        self.spans.push(span);
        self.shrink();
    }

    /// Adds a request of the function's SDK. Returns false for one that would take nearly the whole buffer, which is
    /// dropped.
    pub fn push_forwarded(&mut self, forwarded: Forwarded) -> bool {
        if forwarded.request.len() > self.capacity - self.capacity / 8 {
            self.drops.buffer_full += forwarded.items as u64;
            return false;
        }
        self.bytes += forwarded.request.len();
        self.forwarded.push_back(forwarded);
        self.shrink();
        true
    }

    /// Completes the log records that remain.
    pub fn stamp_all(&mut self, mut stamp: impl FnMut(&mut Log)) {
        for log in &mut self.logs {
            let size = log.size();
            stamp(log);
            self.bytes = self.bytes - size + log.size();
        }
    }

    /// Removes log records without counting them as lost.
    pub fn leave_out(&mut self, mut is_left_out: impl FnMut(&Log) -> bool) {
        let bytes = &mut self.bytes;
        self.logs.retain(|log| {
            let stays = !is_left_out(log);
            *bytes -= if stays { 0 } else { log.size() };
            stays
        });
    }

    /// Takes about `limit` bytes of log records, oldest first. `stamp` completes a record; records for which it returns
    /// false cannot be completed yet and remain.
    pub fn take_logs(&mut self, limit: usize, mut stamp: impl FnMut(&mut Log) -> bool) -> Vec<Log> {
        let mut taken = Vec::new();
        let mut stay = Vec::new();
        let mut bytes = 0;
        while bytes < limit {
            let Some(mut log) = self.logs.pop_front() else { break };
            let size = log.size();
            if stamp(&mut log) {
                bytes += size;
                self.bytes -= size;
                taken.push(log);
            } else {
                // It may have grown: an id that turned out to be the application's own has become an attribute.
                self.bytes = self.bytes - size + log.size();
                stay.push(log);
            }
        }
        for log in stay.into_iter().rev() {
            self.logs.push_front(log);
        }
        taken
    }

    /// Takes all of the extension's own spans.
    pub fn take_spans(&mut self) -> Vec<Span> {
        let spans = std::mem::take(&mut self.spans);
        self.bytes -= spans.iter().map(Span::size).sum::<usize>();
        spans
    }

    /// Takes about `limit` bytes of the SDK's requests for one signal, oldest first.
    pub fn take_forwarded(&mut self, signal: Signal, limit: usize) -> Vec<Forwarded> {
        let mut taken = Vec::new();
        let mut stay = VecDeque::new();
        let mut bytes = 0;
        for forwarded in std::mem::take(&mut self.forwarded) {
            if forwarded.signal == signal && bytes < limit {
                bytes += forwarded.request.len();
                taken.push(forwarded);
            } else {
                stay.push_back(forwarded);
            }
        }
        self.forwarded = stay;
        self.bytes -= bytes;
        taken
    }

    /// Over capacity, the oldest of the least severe log records are dropped first, then the SDK's oldest requests,
    /// then the extension's spans, which are few and needed by every log of their invocation. An eighth more than
    /// needed is dropped, so that a steady overflow does not cause a search for each record.
    fn shrink(&mut self) {
        if self.bytes <= self.capacity {
            return;
        }
        let target = self.capacity - self.capacity / 8;
        for severity in [
            Severity::Trace,
            Severity::Debug,
            Severity::Unspecified,
            Severity::Info,
            Severity::Warn,
            Severity::Error,
            Severity::Fatal,
        ] {
            self.drop_logs_of(severity, target);
        }
        while self.bytes > target {
            let Some(oldest) = self.forwarded.pop_front() else {
                break;
            };
            self.bytes -= oldest.request.len();
            self.drops.buffer_full += oldest.items as u64;
        }
        if self.bytes > target {
            self.drops.buffer_full += self.take_spans().len() as u64;
        }
    }

    fn drop_logs_of(&mut self, severity: Severity, target: usize) {
        if self.bytes <= target {
            return;
        }
        let (mut bytes, mut dropped) = (self.bytes, 0);
        self.logs.retain(|log| {
            if bytes <= target || log.severity != severity {
                return true;
            }
            bytes -= log.size();
            dropped += 1;
            false
        });
        self.bytes = bytes;
        self.drops.buffer_full += dropped;
    }
}

#[cfg(test)]
mod tests;
