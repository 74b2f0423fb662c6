//! Spans: `opentelemetry/proto/trace/v1/trace.proto`.

use prost::{Enumeration, Message};

use super::common::{InstrumentationScope, KeyValue};
use super::resource::Resource;

/// The spans of a resource.
#[derive(Clone, PartialEq, Message)]
pub struct ResourceSpans {
    /// The resource; unknown if missing.
    #[prost(message, optional, tag = "1")]
    pub resource: Option<Resource>,
    /// Its spans, by scope.
    #[prost(message, repeated, tag = "2")]
    pub scope_spans: Vec<ScopeSpans>,
    /// URL of the schema of the resource's attributes.
    #[prost(string, tag = "3")]
    pub schema_url: String,
}

/// The spans of a scope.
#[derive(Clone, PartialEq, Message)]
pub struct ScopeSpans {
    /// The scope; unknown if missing.
    #[prost(message, optional, tag = "1")]
    pub scope: Option<InstrumentationScope>,
    /// Its spans.
    #[prost(message, repeated, tag = "2")]
    pub spans: Vec<Span>,
    /// URL of the schema of the spans' attributes.
    #[prost(string, tag = "3")]
    pub schema_url: String,
}

/// A span.
#[derive(Clone, PartialEq, Message)]
pub struct Span {
    /// The trace, 16 bytes.
    #[prost(bytes = "vec", tag = "1")]
    pub trace_id: Vec<u8>,
    /// Its id, 8 bytes.
    #[prost(bytes = "vec", tag = "2")]
    pub span_id: Vec<u8>,
    /// The `tracestate` header of W3C Trace Context.
    #[prost(string, tag = "3")]
    pub trace_state: String,
    /// The parent span, 8 bytes; empty for a root span.
    #[prost(bytes = "vec", tag = "4")]
    pub parent_span_id: Vec<u8>,
    /// The operation.
    #[prost(string, tag = "5")]
    pub name: String,
    /// The kind.
    #[prost(enumeration = "SpanKind", tag = "6")]
    pub kind: i32,
    /// When it began, nanoseconds since the Unix epoch.
    #[prost(fixed64, tag = "7")]
    pub start_time_unix_nano: u64,
    /// When it ended, nanoseconds since the Unix epoch.
    #[prost(fixed64, tag = "8")]
    pub end_time_unix_nano: u64,
    /// Further attributes.
    #[prost(message, repeated, tag = "9")]
    pub attributes: Vec<KeyValue>,
    /// Number of attributes that the sender dropped.
    #[prost(uint32, tag = "10")]
    pub dropped_attributes_count: u32,
    /// Events during the span.
    #[prost(message, repeated, tag = "11")]
    pub events: Vec<Event>,
    /// Number of events that the sender dropped.
    #[prost(uint32, tag = "12")]
    pub dropped_events_count: u32,
    /// Related spans, of this trace or of others.
    #[prost(message, repeated, tag = "13")]
    pub links: Vec<Link>,
    /// Number of links that the sender dropped.
    #[prost(uint32, tag = "14")]
    pub dropped_links_count: u32,
    /// Success or failure; unset if missing.
    #[prost(message, optional, tag = "15")]
    pub status: Option<Status>,
    /// W3C trace flags in the lowest 8 bits; bits 8 and 9: whether the parent is remote.
    #[prost(fixed32, tag = "16")]
    pub flags: u32,
}

/// An event during a span.
#[derive(Clone, PartialEq, Message)]
pub struct Event {
    /// When it happened, nanoseconds since the Unix epoch.
    #[prost(fixed64, tag = "1")]
    pub time_unix_nano: u64,
    /// Its name, such as `exception`.
    #[prost(string, tag = "2")]
    pub name: String,
    /// Further attributes.
    #[prost(message, repeated, tag = "3")]
    pub attributes: Vec<KeyValue>,
    /// Number of attributes that the sender dropped.
    #[prost(uint32, tag = "4")]
    pub dropped_attributes_count: u32,
}

/// A related span.
#[derive(Clone, PartialEq, Message)]
pub struct Link {
    /// Its trace, 16 bytes.
    #[prost(bytes = "vec", tag = "1")]
    pub trace_id: Vec<u8>,
    /// Its id, 8 bytes.
    #[prost(bytes = "vec", tag = "2")]
    pub span_id: Vec<u8>,
    /// Its `tracestate`.
    #[prost(string, tag = "3")]
    pub trace_state: String,
    /// Attributes of the relation.
    #[prost(message, repeated, tag = "4")]
    pub attributes: Vec<KeyValue>,
    /// Number of attributes that the sender dropped.
    #[prost(uint32, tag = "5")]
    pub dropped_attributes_count: u32,
    /// W3C trace flags in the lowest 8 bits; bits 8 and 9: whether the linked span is remote.
    #[prost(fixed32, tag = "6")]
    pub flags: u32,
}

/// Success or failure of a span.
#[derive(Clone, PartialEq, Message)]
pub struct Status {
    /// What failed.
    #[prost(string, tag = "2")]
    pub message: String,
    /// The code.
    #[prost(enumeration = "StatusCode", tag = "3")]
    pub code: i32,
}

/// A span's place between caller and callee.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enumeration)]
#[repr(i32)]
pub enum SpanKind {
    /// Not stated.
    Unspecified = 0,
    /// An operation inside the process.
    Internal = 1,
    /// The handling of a request from outside.
    Server = 2,
    /// A request to another service.
    Client = 3,
    /// The sending of a message.
    Producer = 4,
    /// The handling of a message.
    Consumer = 5,
}

/// The codes of a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enumeration)]
#[repr(i32)]
pub enum StatusCode {
    /// Not stated.
    Unset = 0,
    /// The operation succeeded, as stated by the application.
    Ok = 1,
    /// The operation failed.
    Error = 2,
}
