//! Log records: `opentelemetry/proto/logs/v1/logs.proto`.

use prost::Message;

use super::common::{AnyValue, InstrumentationScope, KeyValue};
use super::resource::Resource;

/// The log records of a resource.
#[derive(Clone, PartialEq, Message)]
pub struct ResourceLogs {
    /// The resource; unknown if missing.
    #[prost(message, optional, tag = "1")]
    pub resource: Option<Resource>,
    /// Its records, by scope.
    #[prost(message, repeated, tag = "2")]
    pub scope_logs: Vec<ScopeLogs>,
    /// URL of the schema of the resource's attributes.
    #[prost(string, tag = "3")]
    pub schema_url: String,
}

/// The log records of a scope.
#[derive(Clone, PartialEq, Message)]
pub struct ScopeLogs {
    /// The scope; unknown if missing.
    #[prost(message, optional, tag = "1")]
    pub scope: Option<InstrumentationScope>,
    /// Its records.
    #[prost(message, repeated, tag = "2")]
    pub log_records: Vec<LogRecord>,
    /// URL of the schema of the records' attributes.
    #[prost(string, tag = "3")]
    pub schema_url: String,
}

/// A log record.
#[derive(Clone, PartialEq, Message)]
pub struct LogRecord {
    /// When it happened, nanoseconds since the Unix epoch; 0 if unknown.
    #[prost(fixed64, tag = "1")]
    pub time_unix_nano: u64,
    /// `SeverityNumber`: 0 for unspecified, otherwise 1 (`TRACE`) to 24 (`FATAL4`).
    #[prost(int32, tag = "2")]
    pub severity_number: i32,
    /// The severity as the source names it.
    #[prost(string, tag = "3")]
    pub severity_text: String,
    /// The message, or the fields of a structured one.
    #[prost(message, optional, tag = "5")]
    pub body: Option<AnyValue>,
    /// Further attributes.
    #[prost(message, repeated, tag = "6")]
    pub attributes: Vec<KeyValue>,
    /// Number of attributes that the sender dropped.
    #[prost(uint32, tag = "7")]
    pub dropped_attributes_count: u32,
    /// W3C trace flags, in the lowest 8 bits.
    #[prost(fixed32, tag = "8")]
    pub flags: u32,
    /// The trace, 16 bytes; empty for a record outside of traces.
    #[prost(bytes = "vec", tag = "9")]
    pub trace_id: Vec<u8>,
    /// The span, 8 bytes; empty for a record outside of spans.
    #[prost(bytes = "vec", tag = "10")]
    pub span_id: Vec<u8>,
    /// When it was collected, nanoseconds since the Unix epoch.
    #[prost(fixed64, tag = "11")]
    pub observed_time_unix_nano: u64,
    /// The name of an event; empty for other records.
    #[prost(string, tag = "12")]
    pub event_name: String,
}
