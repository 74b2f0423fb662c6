//! The span of the function's SDK that represents an invocation.

use std::collections::VecDeque;
use std::time::Duration;

use crate::record::TraceContext;

/// Maximum number of handler spans kept for invocations that are not known yet. Ids that never become known are the
/// application's own.
const MOST_EARLY: usize = 64;

/// A span that names an invocation, as created by the SDK's Lambda instrumentation for the handler. It is of kind
/// SERVER, of kind CONSUMER for SQS, SNS, S3 and DynamoDB, or of any kind with manual instrumentation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HandlerSpan {
    /// The invocation.
    pub request_id: String,
    /// Its ids.
    pub context: TraceContext,
    /// Its parent span.
    pub parent_span_id: Option<[u8; 8]>,
    /// It has a kind for work that comes from outside: SERVER or CONSUMER.
    pub is_entry: bool,
    /// It has the cold start attribute.
    pub has_cold_start: bool,
    /// Its status is an error.
    pub failed: bool,
    /// How long it took.
    pub took: Duration,
}

impl HandlerSpan {
    /// Whether this one represents the invocation rather than `other`, an earlier span that names the same invocation.
    pub fn stands_above(&self, other: &HandlerSpan) -> bool {
        match (self.is_entry, other.is_entry) {
            (true, false) => true,
            (false, true) => false,
            _ => other.parent_span_id == Some(self.context.span_id),
        }
    }

    /// Replaces the span that has represented the invocation so far, unless that takes precedence.
    pub fn stand_for(&self, standing: &mut Option<HandlerSpan>) {
        if standing.as_ref().is_none_or(|known| self.stands_above(known)) {
            *standing = Some(self.clone());
        }
    }
}

/// How a handler ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HandlerEnd {
    /// Its span says that it failed.
    pub failed: bool,
}

/// Handler spans that arrived before their invocation: a short handler may be quicker than Lambda's response to
/// `/next`, for which a flush between invocations is not waiting yet.
#[derive(Debug, Default)]
pub struct EarlyHandlers {
    spans: VecDeque<HandlerSpan>,
    ended: VecDeque<String>,
}

impl EarlyHandlers {
    /// Keeps a span; if there are too many, the oldest is dropped.
    pub fn keep(&mut self, span: &HandlerSpan) {
        if self.spans.len() == MOST_EARLY {
            self.spans.pop_front();
        }
        self.spans.push_back(span.clone());
    }

    /// Keeps the id of an invocation whose handler has ended; if there are too many, the oldest is dropped.
    pub fn keep_ended(&mut self, request_id: &str) {
        if self.ended.len() == MOST_EARLY {
            self.ended.pop_front();
        }
        self.ended.push_back(request_id.to_owned());
    }

    /// Takes the span that represents this invocation, which has become known.
    pub fn take(&mut self, request_id: &str) -> Option<HandlerSpan> {
        let mut standing = None;
        self.spans.retain(|span| {
            let is_its = span.request_id == request_id;
            if is_its {
                span.stand_for(&mut standing);
            }
            !is_its
        });
        standing
    }

    /// Whether the handler of this invocation, which has become known, has already ended.
    pub fn take_ended(&mut self, request_id: &str) -> bool {
        let known = self.ended.len();
        self.ended.retain(|ended| ended != request_id);
        self.ended.len() < known
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_and_parents_stand_above_others() {
        let span = |id: u8, parent: Option<u8>, is_entry| HandlerSpan {
            request_id: "r".into(),
            context: TraceContext {
                trace_id: [1; 16],
                span_id: [id; 8],
            },
            parent_span_id: parent.map(|id| [id; 8]),
            is_entry,
            has_cold_start: false,
            failed: false,
            took: std::time::Duration::ZERO,
        };
        let (inner, outer, entry) = (span(3, Some(2), false), span(2, Some(1), false), span(1, Some(9), true));
        assert!(outer.stands_above(&inner) && !inner.stands_above(&outer));
        assert!(entry.stands_above(&outer) && !outer.stands_above(&entry));
        assert!(!span(8, None, true).stands_above(&entry));
    }
}
