//! The OTLP receivers for the function's own OpenTelemetry SDK, over HTTP and over gRPC.

pub mod answer;
pub mod encoding;
pub mod grpc;
pub mod http;
pub mod refusals;

use crate::otlp::received::Received;

/// Accepts a valid request; returns false if there is no room for it.
pub trait Take: Fn(Received) -> bool + Clone + 'static {}

impl<T: Fn(Received) -> bool + Clone + 'static> Take for T {}
