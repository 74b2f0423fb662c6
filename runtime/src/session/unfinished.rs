//! Spans that a tracing layer sent while they were open: shortly before a function's deadline, and when its process
//! ends. They are held until more is known. A span that does end replaces its snapshot.

use std::collections::VecDeque;

use crate::otlp::unfinished::UnfinishedSpan;
use crate::record::{Forwarded, Signal};

/// Maximum number of bytes held: some thousand spans.
const MOST: usize = 1024 * 1024;

#[derive(Debug)]
struct Held {
    request_id: Option<String>,
    span: UnfinishedSpan,
}

/// The held spans, oldest first.
#[derive(Debug, Default)]
pub struct Unfinished {
    held: VecDeque<Held>,
    bytes: usize,
}

impl Unfinished {
    /// Holds spans of this invocation, each replacing an earlier snapshot of it. Returns how many of the oldest had to
    /// be dropped.
    pub fn hold(&mut self, request_id: Option<&str>, spans: Vec<UnfinishedSpan>) -> u64 {
        for span in spans {
            self.ended([&span.span_id]);
            self.bytes += span.request.len();
            let request_id = request_id.map(str::to_owned);
            self.held.push_back(Held { request_id, span });
        }
        let mut dropped = 0;
        while self.bytes > MOST {
            let Some(oldest) = self.held.pop_front() else { break };
            self.bytes -= oldest.span.request.len();
            dropped += 1;
        }
        dropped
    }

    /// Drops the snapshots of spans that have ended.
    pub fn ended<'a>(&mut self, span_ids: impl IntoIterator<Item = &'a [u8; 8]>) {
        if self.held.is_empty() {
            return;
        }
        for span_id in span_ids {
            self.held.retain(|held| held.span.span_id != *span_id);
        }
        self.bytes = self.held.iter().map(|held| held.span.request.len()).sum();
    }

    /// Takes the spans of invocations that are over, each with its invocation.
    pub fn take(&mut self, is_over: impl Fn(Option<&str>) -> bool) -> Vec<(Option<String>, Forwarded)> {
        if self.count(&is_over) == 0 {
            return Vec::new();
        }
        let all = std::mem::take(&mut self.held);
        let (over, rest): (VecDeque<Held>, VecDeque<Held>) =
            all.into_iter().partition(|held| is_over(held.request_id.as_deref()));
        self.held = rest;
        self.bytes = self.held.iter().map(|held| held.span.request.len()).sum();
        let forwarded = over.into_iter().map(|held| {
            let request = held.span.request;
            let forwarded = Forwarded {
                signal: Signal::Traces,
                request,
                items: 1,
            };
            (held.request_id, forwarded)
        });
        forwarded.collect()
    }

    /// The number of spans of invocations that are over.
    pub fn count(&self, is_over: impl Fn(Option<&str>) -> bool) -> usize {
        let over = self.held.iter().filter(|held| is_over(held.request_id.as_deref()));
        over.count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn span(id: u8, length: usize) -> UnfinishedSpan {
        UnfinishedSpan {
            span_id: [id; 8],
            request: Bytes::from(vec![id; length]),
        }
    }

    fn taken(unfinished: &mut Unfinished, over: &str) -> Vec<u8> {
        let taken = unfinished.take(|id| id == Some(over));
        taken.iter().map(|(_, forwarded)| forwarded.request[0]).collect()
    }

    #[test]
    fn a_span_that_ends_after_all_takes_the_place_of_its_snapshot() {
        let mut unfinished = Unfinished::default();
        unfinished.hold(Some("a"), vec![span(1, 3), span(2, 3), span(3, 3)]);
        unfinished.hold(Some("b"), vec![span(4, 3)]);
        unfinished.ended([&[2; 8], &[9; 8]]);
        unfinished.hold(Some("a"), vec![span(1, 5)]);
        assert_eq!(unfinished.bytes, 11);
        assert_eq!(unfinished.count(|id| id == Some("a")), 2);
        assert_eq!(taken(&mut unfinished, "a"), [3, 1]);
        assert_eq!(taken(&mut unfinished, "a"), [0; 0]);
        assert_eq!(taken(&mut unfinished, "b"), [4]);
        assert_eq!(unfinished.bytes, 0);
    }

    #[test]
    fn only_so_many_bytes_are_held_and_the_rest_is_counted() {
        let mut unfinished = Unfinished::default();
        let dropped: u64 = (0..5).map(|id| unfinished.hold(None, vec![span(id, MOST / 4)])).sum();
        assert_eq!((dropped, unfinished.held.len(), unfinished.bytes), (1, 4, MOST));
        assert_eq!(unfinished.hold(None, vec![span(9, MOST + 1)]), 5);
        assert_eq!((unfinished.held.len(), unfinished.bytes), (0, 0));
    }
}
