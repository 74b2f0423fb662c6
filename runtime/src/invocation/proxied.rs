//! What the runtime API proxy has read of an invocation, in functions that use it.

use std::collections::VecDeque;

use crate::record::{Attributes, SpanKind, SpanLink, TraceContext};

/// Where an invocation comes from.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Origin {
    /// The span above.
    pub parent: Option<TraceContext>,
    /// Without a parent: the trace that X-Ray has for this invocation.
    pub trace_id: Option<[u8; 16]>,
    /// X-Ray's span above, which is not where this function's spans go.
    pub xray_parent: Option<[u8; 8]>,
    /// What sent the messages of a batch.
    pub links: Vec<SpanLink>,
}

/// How an HTTP trigger reads the status code of a response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResponseFormat {
    /// It says its status code.
    Explicit,
    /// One without a status code means 200 (payload format 2.0).
    Implicit,
}

/// What an event says of its invocation.
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
    /// What called.
    pub origin: Origin,
    /// Of HTTP triggers.
    pub format: Option<ResponseFormat>,
    /// Bytes of the event.
    pub bytes: u64,
}

/// The status code that a response names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum StatusCode {
    /// There is no response, or it could not be read far enough.
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

/// What the runtime answered.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Answered {
    /// The invocation.
    pub request_id: String,
    /// What an HTTP trigger is told.
    pub status: StatusCode,
    /// Messages of a batch whose processing failed, by their ids.
    pub failed_items: Vec<String>,
    /// The error, where it is one.
    pub failure: Option<Failure>,
    /// Bytes of the response, or of the error.
    pub bytes: u64,
}

/// Both.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Proxied {
    /// What the event said.
    pub begun: Option<Begun>,
    /// What the runtime answered.
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
    /// The runtime got an event.
    Begun(Box<Begun>),
    /// The runtime gave an answer.
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

/// What was read of invocations that have not come yet, oldest first.
#[derive(Debug, Default)]
pub struct EarlyReads(pub(super) VecDeque<Read>);
