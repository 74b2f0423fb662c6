//! What the function's own SDK sends does to the state.

use super::Session;
use crate::convert::platform::spans;
use crate::invocation::{Invocations, Labels, Read};
use crate::otlp::labels;
use crate::otlp::received::{self, Received};
use crate::record::{Forwarded, Signal};

impl Session {
    /// Takes a request of the function's SDK in. False if there is no room for it.
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

    /// The runtime API proxy has read something of an invocation.
    pub fn read(&mut self, read: Read) {
        self.invocations.read(read);
    }

    /// Spans that were still open are held. Those that have ended since count instead.
    fn take_unfinished(&mut self, received: &mut Received) {
        let open = std::mem::take(&mut received.unfinished);
        let sent = received.spans.iter().map(|span| &span.context.span_id);
        self.unfinished
            .ended(sent.filter(|id| open.iter().all(|span| span.span_id != **id)));
        if !open.is_empty() {
            // The handler's span is open for as long as any is. Without it they are of the invocation that runs.
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

    /// Spans that are still open leave once their invocation is over.
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

    /// How many would leave now.
    pub(super) fn unfinished_over(&self) -> usize {
        self.unfinished
            .count(|id| self.ending || is_over(&self.invocations, id))
    }

    /// The SDK's requests as they are sent on: records of a function with tenant isolation name the tenant.
    pub(super) fn with_tenant(&self, mut forwarded: Vec<Forwarded>) -> Vec<Forwarded> {
        if let Some(tenant) = self.invocations.environment_tenant() {
            for Forwarded { signal, request, .. } in &mut forwarded {
                // What cannot be read goes on as it is: the backend says what is wrong with it.
                if let Ok(labelled) = labels::with_attribute(*signal, request, Labels::TENANT, tenant) {
                    *request = labelled.into();
                }
            }
        }
        forwarded
    }

    /// Whether the ids of this invocation's lines change no more: its handler span has come, or the function has no SDK that
    /// would send one, as an invocation before it showed.
    pub fn ids_are_known(&self, request_id: &str) -> bool {
        let untraced = !self.traced && self.invocations.any_finished();
        untraced || self.invocations.has_handler(request_id)
    }

    /// Lambda ended this invocation, `now`, with spans of the SDK open. Our invoke span takes the place of the first of them, so
    /// that what was sent is below it and the lines are in that trace; the others are the extension's spans below that.
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

/// Whether Lambda has said that an invocation is over, or nobody knows which it is.
fn is_over(invocations: &Invocations, request_id: Option<&str>) -> bool {
    request_id.is_none_or(|id| invocations.is_done(id))
}
