//! Where a line can belong: to an invocation, and to a place in a trace.

use std::rc::Rc;

use crate::record::TraceContext;

/// Where a line belongs.
#[derive(Debug, Clone, PartialEq)]
pub enum Placement {
    /// Not to be said yet: its invocation runs, or hasn't begun.
    Later,
    /// No invocation of that id was seen.
    Unknown,
    /// To this invocation (none: outside of any) and place in a trace.
    Known(Option<Rc<str>>, Option<TraceContext>),
}
