//! Spans that the function's SDK started but never sent, because Lambda ended the function first. They are only known
//! as parents of spans that were sent.

use std::collections::{HashSet, VecDeque};

use crate::otlp::received::SentSpan;
use crate::record::TraceContext;

/// Maximum number of remembered spans.
const REMEMBERED: usize = 1024;

/// A parent of sent spans.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OpenSpan {
    /// Its ids.
    pub context: TraceContext,
    /// When the first span below it began, nanoseconds since the Unix epoch.
    pub since: u64,
}

/// Spans that the SDK sent recently, and their parents.
#[derive(Debug, Default)]
pub struct OpenSpans {
    sent: HashSet<[u8; 8]>,
    order: VecDeque<[u8; 8]>,
    above: VecDeque<OpenSpan>,
}

impl OpenSpans {
    /// Adds spans that the SDK sent.
    pub fn sent(&mut self, spans: &[SentSpan]) {
        for span in spans {
            if self.sent.insert(span.context.span_id) {
                self.order.push_back(span.context.span_id);
            }
            if self.order.len() > REMEMBERED {
                let oldest = self.order.pop_front();
                oldest.map(|oldest| self.sent.remove(&oldest));
            }
            if let Some(parent) = span.parent_span_id {
                self.above(
                    TraceContext {
                        span_id: parent,
                        ..span.context
                    },
                    span.start,
                );
            }
        }
    }

    fn above(&mut self, context: TraceContext, start: u64) {
        if let Some(known) = self.above.iter_mut().rfind(|known| known.context == context) {
            known.since = known.since.min(start);
            return;
        }
        if self.above.len() >= REMEMBERED {
            self.above.pop_front();
        }
        self.above.push_back(OpenSpan { context, since: start });
    }

    /// The parents of spans that began since `began`, which were not sent themselves, the earliest first. Spans of an
    /// earlier invocation have their parents, or its environment would be gone.
    pub fn open_since(&self, began: u64) -> Vec<OpenSpan> {
        let open = |span: &&OpenSpan| span.since >= began && !self.sent.contains(&span.context.span_id);
        let mut found: Vec<OpenSpan> = Vec::new();
        for span in self.above.iter().filter(open) {
            let place = found.partition_point(|other| other.since <= span.since);
            found.insert(place, *span);
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(id: u8, parent: Option<u8>, start: u64) -> SentSpan {
        SentSpan {
            context: TraceContext {
                trace_id: [1; 16],
                span_id: [id; 8],
            },
            parent_span_id: parent.map(|id| [id; 8]),
            start,
        }
    }

    fn open(spans: &[SentSpan], began: u64) -> Vec<(u8, u64)> {
        let mut open = OpenSpans::default();
        open.sent(spans);
        let found = open.open_since(began);
        found.iter().map(|span| (span.context.span_id[0], span.since)).collect()
    }

    #[test]
    fn spans_above_sent_ones_that_were_not_sent_are_open() {
        let spans = [
            sent(3, Some(2), 12),
            sent(4, Some(2), 11),
            sent(6, Some(5), 13),
            sent(5, Some(1), 10),
        ];
        assert_eq!(open(&spans, 5), [(1, 10), (2, 11)]);
        assert_eq!(
            open(&spans[..3], 12),
            [(5, 13)],
            "what began before belongs to another invocation"
        );
        assert_eq!(open(&[sent(1, None, 10)], 0), []);
    }

    #[test]
    fn only_so_many_are_remembered() {
        let mut spans = OpenSpans::default();
        for number in 0..5_000_u64 {
            let mut span = sent(0, Some(0), number);
            span.context.span_id = number.to_be_bytes();
            span.parent_span_id = Some((number + 1_000_000).to_be_bytes());
            spans.sent(&[span]);
        }
        assert_eq!(
            (spans.sent.len(), spans.order.len(), spans.above.len()),
            (1024, 1024, 1024)
        );
    }
}
