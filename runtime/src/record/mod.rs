//! Neutral telemetry records: what the extension knows, before any wire format.
//!
//! Nothing here knows Lambda's events or an exporter's encoding. `convert` makes these records, `export` encodes them.

mod metric;
mod severity;
mod unique;
mod value;

use std::borrow::Cow;
use std::rc::Rc;

pub use metric::{Histogram, Measure, Metric};
pub use severity::Severity;
pub use unique::{Unique, unique};
pub use value::Value;

/// An attribute name: a constant or a name out of a function's JSON log.
pub type Key = Cow<'static, str>;

/// Attributes in the order in which they are written.
pub type Attributes = Vec<(Key, Value)>;

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

/// The ids that place a record in a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceContext {
    /// Trace id, never all zeros.
    pub trace_id: [u8; 16],
    /// Span id, never all zeros.
    pub span_id: [u8; 8],
}

/// One log record. Times are nanoseconds since the Unix epoch.
#[derive(Debug, Clone, PartialEq)]
pub struct Log {
    /// When it happened: the line's own time, else the platform's.
    pub time: u64,
    /// When Lambda received the line, which says to which invocation it belongs.
    pub observed: u64,
    /// When it came here: OpenTelemetry's observed time.
    pub arrived: u64,
    /// Its severity.
    pub severity: Severity,
    /// Its text.
    pub body: String,
    /// Its fields, without `type` and `faas.invocation_id`, which `origin` and `request_id` give.
    pub attributes: Attributes,
    /// Who wrote it.
    pub origin: Origin,
    /// The invocation it belongs to: from the line itself, or after stamping.
    pub request_id: Option<Rc<str>>,
    /// The field that names the request id, until the id is known to be one that Lambda announced: other ids are the
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
    /// Its place in a trace; `None` unless both ids are known.
    pub fn context(&self) -> Option<TraceContext> {
        Some(TraceContext {
            trace_id: self.trace_id?,
            span_id: self.span_id?,
        })
    }

    /// Completes the ids. One that the line names stays, and takes the other only from the same trace: a trace id of
    /// another request, or a span of another trace, must not be joined with the invocation's.
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
        let attributes: usize = self
            .attributes
            .iter()
            .map(|(key, value)| key.len() + value.size() + 56)
            .sum();
        std::mem::size_of::<Log>() + self.body.len() + attributes
    }
}

/// Something that happened within a span.
#[derive(Debug, Clone, PartialEq)]
pub struct SpanEvent {
    /// What it is, such as `exception`.
    pub name: &'static str,
    /// When, nanoseconds since the Unix epoch.
    pub time: u64,
    /// Its attributes.
    pub attributes: Attributes,
}

/// Whether a span's work succeeded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SpanStatus {
    /// Nothing said.
    Unset,
    /// Failed, with what failed.
    Error(String),
}

/// What a span's work is in its trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpanKind {
    /// The function serves a caller: an invocation.
    Server,
    /// Something within.
    Internal,
}

/// A span of the extension. Times are nanoseconds since the Unix epoch.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// Its ids.
    pub context: TraceContext,
    /// The span above it, which for an invocation is the caller's.
    pub parent_span_id: Option<[u8; 8]>,
    /// Its place in the trace.
    pub kind: SpanKind,
    /// Its name.
    pub name: String,
    /// When the work began.
    pub start: u64,
    /// When it ended.
    pub end: u64,
    /// Its attributes.
    pub attributes: Attributes,
    /// What happened within it.
    pub events: Vec<SpanEvent>,
    /// Other spans that it belongs with.
    pub links: Vec<TraceContext>,
    /// How it ended.
    pub status: SpanStatus,
}

impl Span {
    /// Approximate bytes in memory.
    pub fn size(&self) -> usize {
        let events = self.events.iter().map(|event| &event.attributes);
        let attributes: usize = events
            .chain([&self.attributes])
            .flatten()
            .map(|(key, value)| key.len() + value.size() + 56)
            .sum();
        std::mem::size_of::<Span>() + self.name.len() + attributes
    }
}

/// The entity that all records of this environment describe.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Resource {
    /// Every attribute, defaults and the user's.
    pub attributes: Vec<(String, Value)>,
    /// Those of the user's that replace what a function's SDK says.
    pub overrides: Vec<(String, Value)>,
    /// Severity texts are to be spelled as the Rotel extension does.
    pub rotel_severity: bool,
}
