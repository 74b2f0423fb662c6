//! The position of a record in a trace.

/// The ids that identify a record's position in a trace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TraceContext {
    /// Trace id, never all zeros.
    pub trace_id: [u8; 16],
    /// Span id, never all zeros.
    pub span_id: [u8; 8],
}
