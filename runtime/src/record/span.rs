//! A span of the extension.

use super::attributes::{self, Attributes};
use super::trace_context::TraceContext;

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

/// Another span that a span is linked to.
#[derive(Debug, Clone, PartialEq)]
pub struct SpanLink {
    /// Its ids.
    pub context: TraceContext,
    /// Its attributes.
    pub attributes: Attributes,
}

impl From<TraceContext> for SpanLink {
    fn from(context: TraceContext) -> Self {
        SpanLink {
            context,
            attributes: Attributes::new(),
        }
    }
}

/// The status of a span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SpanStatus {
    /// Not set.
    Unset,
    /// Failed, with what failed.
    Error(String),
}

/// The kind of a span.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SpanKind {
    /// The function serves a caller: an invocation.
    Server,
    /// It processes messages from a sender.
    Consumer,
    /// An internal operation.
    Internal,
}

/// A span of the extension. Times are nanoseconds since the Unix epoch.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// Its ids.
    pub context: TraceContext,
    /// Its parent span, which for an invocation is the caller's.
    pub parent_span_id: Option<[u8; 8]>,
    /// Its kind.
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
    /// Links to other spans.
    pub links: Vec<SpanLink>,
    /// How it ended.
    pub status: SpanStatus,
}

impl Span {
    /// Approximate bytes in memory.
    pub fn size(&self) -> usize {
        let events = self.events.iter().map(|event| &event.attributes);
        let links = self.links.iter().map(|link| &link.attributes);
        let attributes = events.chain(links).chain([&self.attributes]).flatten();
        std::mem::size_of::<Span>() + self.name.len() + attributes::size(attributes)
    }
}
