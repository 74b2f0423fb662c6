//! What the function's own SDK sends does to the state.

use super::Session;
use crate::convert::platform::spans;
use crate::invocation::Labels;
use crate::otlp::labels;
use crate::otlp::received::{self, Received};
use crate::record::{Forwarded, Signal};

impl Session {
    /// Takes a request of the function's SDK in. False if there is no room for it.
    pub fn received(&mut self, mut received: Received) -> bool {
        self.traced |= received.forwarded.signal == Signal::Traces;
        self.open_spans.sent(&received.spans);
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
        received.forwarded.items == 0 || self.buffer.push_forwarded(received.forwarded)
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
