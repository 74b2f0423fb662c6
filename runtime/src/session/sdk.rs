//! Handles what the function's own SDK sends.

use super::Session;
use crate::convert::platform::spans;
use crate::invocation::{Invocations, Labels, Read};
use crate::otlp::labels;
use crate::otlp::received::{self, Received};
use crate::record::{Forwarded, Signal};

impl Session {
    /// Accepts a request of the function's SDK. Returns false if there is no room for it.
    pub fn received(&mut self, mut received: Received) -> bool {
        self.traced |= received.forwarded.signal == Signal::Traces;
        self.open_spans.sent(&received.spans);
        self.take_unfinished(&mut received);
        for span in &received.durable {
            self.durable_span(span);
        }
        for handler in &received.handlers {
            let cold_start = self.invocations.handler_span(handler);
            if cold_start && !handler.has_cold_start {
                let request = &mut received.forwarded.request;
                *request = received::with_cold_start(request, handler.context.span_id);
            }
        }
        if let Some(request_id) = &received.ended {
            self.invocations.handler_ended(request_id);
        }
        match received.forwarded.signal {
            _ if received.forwarded.items == 0 => true,
            Signal::Traces => self.offer_spans(received),
            _ => self.buffer.push_forwarded(received.forwarded),
        }
    }

    /// Handles something that the runtime API proxy has read about an invocation.
    pub fn read(&mut self, read: Read) {
        self.invocations.read(read);
    }

    /// Holds spans that were still open, and drops the snapshots of those that have since ended.
    fn take_unfinished(&mut self, received: &mut Received) {
        let open = std::mem::take(&mut received.unfinished);
        let sent = received.spans.iter().map(|span| &span.context.span_id);
        self.unfinished
            .ended(sent.filter(|id| open.iter().all(|span| span.span_id != **id)));
        if !open.is_empty() {
            // The handler's span is open as long as any other. Without it they belong to the running invocation.
            let is_open = |id| open.iter().any(|span| span.span_id == id);
            let named = received
                .handlers
                .iter()
                .find(|handler| is_open(handler.context.span_id));
            let named = named.map(|handler| handler.request_id.clone());
            let request_id = named.or_else(|| self.invocations.running().pop().map(|id| id.to_string()));
            self.buffer.drops.buffer_full += self.unfinished.hold(request_id.as_deref(), open);
        }
    }

    /// Sends spans that are still open once their invocation is over.
    pub(super) fn finish_unfinished(&mut self) {
        let (ending, invocations) = (self.ending, &self.invocations);
        for (request_id, forwarded) in self.unfinished.take(|id| ending || is_over(invocations, id)) {
            let invocation = request_id.and_then(|id| self.invocations.find(&id));
            match invocation.is_none_or(|invocation| self.sampling.keeps(invocation)) {
                true => {
                    self.buffer.push_forwarded(forwarded);
                }
                false => self.buffer.drops.left_out += 1,
            }
        }
    }

    /// The number that would now be sent.
    pub(super) fn unfinished_over(&self) -> usize {
        self.unfinished
            .count(|id| self.ending || is_over(&self.invocations, id))
    }

    /// The SDK's requests as they are passed on: records of a function with tenant isolation name the tenant.
    pub(super) fn with_tenant(&self, mut forwarded: Vec<Forwarded>) -> Vec<Forwarded> {
        if let Some(tenant) = self.invocations.environment_tenant() {
            for Forwarded { signal, request, .. } in &mut forwarded {
                // A request that cannot be parsed is passed on unchanged: the backend reports the problem.
                if let Ok(labelled) = labels::with_attribute(*signal, request, Labels::TENANT, tenant) {
                    *request = labelled.into();
                }
            }
        }
        forwarded
    }

    /// Whether the ids of this invocation's lines are final: its handler span has arrived, or the function has no SDK
    /// that would send one, as an earlier invocation showed.
    pub fn ids_are_known(&self, request_id: &str) -> bool {
        let untraced = !self.traced && self.invocations.any_finished();
        untraced || self.invocations.has_handler(request_id)
    }

    /// Handles an invocation that Lambda ended, `now`, with open spans of the SDK. The extension's invoke span replaces
    /// the first of them, so that the sent spans are below it and the lines are in that trace; the others become the
    /// extension's spans below it.
    pub(super) fn adopt_open_spans(&mut self, request_id: &str, now: u64) {
        let Some(began) = self.invocations.can_adopt(request_id) else {
            return;
        };
        let open = self.open_spans.open_since(began);
        let Some((first, others)) = open.split_first() else {
            return;
        };
        self.invocations.adopt(request_id, first.context);
        for span in others {
            let parent = (span.context.trace_id == first.context.trace_id).then_some(first.context.span_id);
            let mut unfinished = spans::unfinished_span(span.context, parent, (span.since, now));
            if let Some(labels) = self.invocations.labels(request_id) {
                labels.complete(&mut unfinished.attributes);
            }
            self.buffer.push_span(unfinished);
        }
    }
}

/// Whether Lambda has reported the end of an invocation, or the invocation is not known.
fn is_over(invocations: &Invocations, request_id: Option<&str>) -> bool {
    request_id.is_none_or(|id| invocations.is_done(id))
}
