//! The assignment of a line: to an invocation, and to a position in a trace.

use std::rc::Rc;

use crate::record::TraceContext;

/// The assignment of a line.
#[derive(Debug, Clone, PartialEq)]
pub enum Placement {
    /// Not known yet: its invocation is running, or has not begun.
    Later,
    /// No invocation of that id was seen.
    Unknown,
    /// To this invocation (`None`: outside any) and position in a trace.
    Known(Option<Rc<str>>, Option<TraceContext>),
}
