//! A log record and where it comes from.

use std::rc::Rc;

use super::attributes::{self, Attributes, Key};
use super::severity::Severity;
use super::trace_context::TraceContext;

/// Where a log record comes from; its `type` attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The function's own output.
    Function,
    /// Another extension's output.
    Extension,
    /// Lambda itself.
    Platform,
}

impl Origin {
    /// The value of the `type` attribute.
    pub fn name(self) -> &'static str {
        match self {
            Origin::Function => "function",
            Origin::Extension => "extension",
            Origin::Platform => "platform",
        }
    }
}

/// One log record. Times are nanoseconds since the Unix epoch.
#[derive(Debug, Clone, PartialEq)]
pub struct Log {
    /// When it happened: the line's own time, otherwise the platform's.
    pub time: u64,
    /// When Lambda received the line, which determines the invocation that it belongs to.
    pub observed: u64,
    /// When the extension received it: OpenTelemetry's observed time.
    pub arrived: u64,
    /// Its severity.
    pub severity: Severity,
    /// Its text.
    pub body: String,
    /// Its fields, without `type` and `faas.invocation_id`, which are derived from `origin` and `request_id`.
    pub attributes: Attributes,
    /// Who wrote it.
    pub origin: Origin,
    /// The invocation it belongs to: from the line itself, or after stamping.
    pub request_id: Option<Rc<str>>,
    /// The field that contains the request id, until the id is known to be one that Lambda announced: other ids are the
    /// application's own.
    pub request_id_field: Option<Key>,
    /// Its trace: from the line itself, or after stamping.
    pub trace_id: Option<[u8; 16]>,
    /// Its span: from the line itself, or after stamping.
    pub span_id: Option<[u8; 8]>,
    /// Whether request id and context are final.
    pub stamped: bool,
}

impl Log {
    /// Its position in a trace; `None` unless both ids are known.
    pub fn context(&self) -> Option<TraceContext> {
        Some(TraceContext {
            trace_id: self.trace_id?,
            span_id: self.span_id?,
        })
    }

    /// Completes the ids. An id from the line itself is kept, and is completed only from the same trace: a trace id of
    /// another request, or a span of another trace, must not be combined with the invocation's.
    pub fn complete_context(&mut self, context: TraceContext) {
        let same_trace = self.trace_id.is_none_or(|id| id == context.trace_id);
        let same_span = self.span_id.is_none_or(|id| id == context.span_id);
        if same_trace && same_span {
            self.trace_id = Some(context.trace_id);
            self.span_id = Some(context.span_id);
        }
    }

    /// Approximate bytes in memory.
    pub fn size(&self) -> usize {
        std::mem::size_of::<Log>() + self.body.len() + attributes::size(&self.attributes)
    }
}
