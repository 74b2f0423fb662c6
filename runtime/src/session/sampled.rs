//! Spans of traces of which only a share is sent.

use super::Session;
use crate::otlp::received::Received;

impl Session {
    /// Keeps the SDK's spans, or holds them. False if there is no room for them.
    pub(super) fn offer_spans(&mut self, received: Received) -> bool {
        if !self.sampling.is_on() {
            return self.buffer.push_forwarded(received.forwarded);
        }
        let named = received.handlers.first().map(|handler| handler.request_id.clone());
        let request_id = named.or_else(|| {
            let trace_id = received.spans.first().map(|span| span.context.trace_id);
            self.invocations.of_trace(trace_id)
        });
        if let Some(request_id) = request_id.as_deref().filter(|_| received.failed) {
            self.invocations.span_failed(request_id);
        }
        // A request of several traces is not taken apart.
        let mut traces = received.spans.iter().map(|span| &span.context.trace_id);
        let kept = traces.any(|trace_id| self.sampling.keeps_trace(trace_id));
        match request_id.filter(|_| !kept) {
            Some(request_id) => {
                self.buffer.drops.buffer_full += self.sampling.hold(request_id, received.forwarded);
                true
            }
            None => self.buffer.push_forwarded(received.forwarded),
        }
    }

    /// What is decided leaves, or is left out.
    pub(super) fn finish_sampling(&mut self) {
        let (kept, left_out) = self.sampling.take(&self.invocations);
        for forwarded in kept {
            self.buffer.push_forwarded(forwarded);
        }
        self.buffer.drops.left_out += left_out;
    }
}
