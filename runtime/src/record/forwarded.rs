//! Telemetry of the function's own SDK, which is passed on in its encoded form.

use bytes::Bytes;

use super::signal::Signal;

/// An OTLP export request of the function's own SDK, valid protobuf.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Forwarded {
    /// Its signal.
    pub signal: Signal,
    /// The encoded request.
    pub request: Bytes,
    /// Its log records, spans or data points.
    pub items: usize,
}
