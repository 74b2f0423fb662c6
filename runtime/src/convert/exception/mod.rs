//! Errors in log lines: found in text and in fields, as OpenTelemetry's `exception.*` attributes.

mod attributes;
mod reports;
mod search;
pub(super) mod serialized;

pub use attributes::Exception;
pub use search::{find, is_python_report, of_trace};
