//! Neutral telemetry records: independent of any wire format.
//!
//! Nothing here depends on Lambda's events or an exporter's encoding. `convert` creates these records, `otlp` and
//! `export` encode them.

mod attributes;
mod forwarded;
mod log;
mod metric;
mod resource;
mod severity;
mod signal;
mod span;
mod trace_context;
mod unique;
mod value;

pub use attributes::{Attributes, Key};
pub use forwarded::Forwarded;
pub use log::{Log, Origin};
pub use metric::{Exemplar, Histogram, Measure, Metric};
pub use resource::Resource;
pub use severity::Severity;
pub use signal::Signal;
pub use span::{Span, SpanEvent, SpanKind, SpanLink, SpanStatus};
pub use trace_context::TraceContext;
pub use unique::{Unique, unique};
pub use value::Value;
