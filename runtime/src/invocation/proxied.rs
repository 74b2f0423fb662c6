//! What the runtime API proxy has read about an invocation.

use std::collections::VecDeque;

use crate::record::{Attributes, SpanKind, SpanLink, TraceContext};

/// The origin of an invocation.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Origin {
    /// The parent span.
    pub parent: Option<TraceContext>,
    /// Without a parent: X-Ray's trace for this invocation.
    pub trace_id: Option<[u8; 16]>,
    /// X-Ray's parent span, which is not in this function's backend.
    pub xray_parent: Option<[u8; 8]>,
    /// The senders of the messages of a batch.
    pub links: Vec<SpanLink>,
}

/// How an HTTP trigger determines the status code of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResponseFormat {
    /// The response states its status code.
    Explicit,
    /// A response without a status code means 200 (payload format 2.0).
    Implicit,
}

/// What an event reveals about its invocation.
#[derive(Debug, Clone, PartialEq)]
pub struct Begun {
    /// The invocation.
    pub request_id: String,
    /// What triggered it (`aws.lambda.trigger`).
    pub trigger: &'static str,
    /// `faas.trigger` of OpenTelemetry's "Semantic conventions for FaaS spans".
    pub faas: &'static str,
    /// Kind of its span.
    pub kind: SpanKind,
    /// Name of its span, unless that is the function's.
    pub span_name: Option<String>,
    /// Attributes of the trigger.
    pub attributes: Attributes,
    /// The caller.
    pub origin: Origin,
    /// The response format of HTTP triggers.
    pub format: Option<ResponseFormat>,
    /// Bytes of the event.
    pub bytes: u64,
}

/// The status code of a response.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum StatusCode {
    /// There is no response, or not enough of it could be read.
    #[default]
    Unknown,
    /// The response has none.
    Missing,
    /// This one.
    Code(u16),
}

/// An error that the runtime has reported.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Failure {
    /// Its type.
    pub kind: String,
    /// Its message; may be empty.
    pub message: String,
    /// Its stack trace.
    pub stack: Option<String>,
}

/// The runtime's response.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answered {
    /// The invocation.
    pub request_id: String,
    /// The status code for an HTTP trigger.
    pub status: StatusCode,
    /// Messages of a batch whose processing failed, by their ids.
    pub failed_items: Vec<String>,
    /// The error, if it is one.
    pub failure: Option<Failure>,
    /// Bytes of the response, or of the error.
    pub bytes: u64,
}

/// Event and response.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Proxied {
    /// From the event.
    pub begun: Option<Begun>,
    /// From the response.
    pub answered: Option<Answered>,
}

impl Proxied {
    /// The HTTP status code that the caller gets.
    pub fn status_code(&self) -> Option<u16> {
        let format = self.begun.as_ref()?.format?;
        match (self.answered.as_ref()?.status, format) {
            (StatusCode::Code(code), _) => Some(code),
            (StatusCode::Missing, ResponseFormat::Implicit) => Some(200),
            _ => None,
        }
    }
}

/// Something that the proxy has read.
#[derive(Debug, Clone, PartialEq)]
pub enum Read {
    /// The runtime received an event.
    Begun(Box<Begun>),
    /// The runtime sent a response.
    Answered(Box<Answered>),
}

impl Read {
    pub(super) fn request_id(&self) -> &str {
        match self {
            Read::Begun(begun) => &begun.request_id,
            Read::Answered(answered) => &answered.request_id,
        }
    }
}

/// What was read about invocations that are not known yet, oldest first.
#[derive(Debug, Default)]
pub struct EarlyReads(pub(super) VecDeque<Read>);
