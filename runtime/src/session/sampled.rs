//! Applies sampling to spans and lines.

use std::collections::{BTreeMap, BTreeSet};

use super::Session;
use super::stamp::stamp;
use crate::invocation::Invocations;
use crate::otlp::received::{Received, SentSpan};
use crate::otlp::traces::{self, Part};
use crate::record::Forwarded;

impl Session {
    /// Queues the SDK's spans, or holds them. Returns false if there is no room for them.
    pub(super) fn offer_spans(&mut self, received: Received) -> bool {
        if !self.sampling.is_on() {
            return self.buffer.push_forwarded(received.forwarded);
        }
        let handlers: BTreeMap<_, _> = received
            .handlers
            .iter()
            .map(|handler| (handler.context.trace_id, &handler.request_id))
            .collect();
        let invocation_of = |invocations: &Invocations, trace_id: &[u8; 16]| match handlers.get(trace_id) {
            Some(request_id) => Some(request_id.to_string()),
            None => invocations.of_trace(Some(*trace_id)),
        };
        for trace_id in &received.failed {
            if let Some(request_id) = invocation_of(&self.invocations, trace_id) {
                self.invocations.span_failed(&request_id);
            }
        }
        // Traces with the invocation that decides on them; `None` for those that are always kept, or whose invocation
        // is not known.
        let mut traces: BTreeMap<[u8; 16], Option<String>> = BTreeMap::new();
        for SentSpan { context, .. } in &received.spans {
            traces.entry(context.trace_id).or_insert_with_key(|trace_id| {
                let is_open = !self.sampling.keeps_trace(trace_id);
                is_open.then(|| invocation_of(&self.invocations, trace_id)).flatten()
            });
        }
        let invocations: BTreeSet<String> = traces.values().flatten().cloned().collect();
        let mut rest = received.forwarded;
        for request_id in invocations {
            let is_its = |trace_id: &[u8; 16]| {
                traces
                    .get(trace_id)
                    .is_some_and(|id| id.as_deref() == Some(&request_id))
            };
            let held = take(&mut rest, is_its);
            self.buffer.drops.buffer_full += self.sampling.hold(request_id, held);
        }
        rest.items == 0 || self.buffer.push_forwarded(rest)
    }

    /// Sends or drops what has been decided.
    pub(super) fn finish_sampling(&mut self) {
        let (kept, left_out) = self.sampling.take(&self.invocations);
        for forwarded in kept {
            self.buffer.push_forwarded(forwarded);
        }
        self.buffer.drops.left_out += left_out;
        self.leave_out_lines();
    }

    /// Drops debug lines of invocations whose spans are dropped.
    pub(super) fn leave_out_lines(&mut self) {
        if !self.sampling.samples_lines() {
            return;
        }
        let (invocations, durable) = (&self.invocations, &mut self.durable);
        self.buffer.stamp_all(|log| {
            stamp(log, invocations, durable);
        });
        let sampling = &self.sampling;
        self.buffer.leave_out(|log| sampling.leaves_out(log, invocations));
    }
}

/// Takes the spans of some traces out of a request.
fn take(whole: &mut Forwarded, is_taken: impl Fn(&[u8; 16]) -> bool) -> Forwarded {
    let signal = whole.signal;
    // The request has just been parsed, so it can be split.
    let (taken, others) = traces::split(&whole.request, is_taken).unwrap_or_default();
    let [taken, others] = [taken, others].map(|Part { request, items }| Forwarded {
        signal,
        request: request.into(),
        items,
    });
    *whole = others;
    taken
}
