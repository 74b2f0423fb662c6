//! Converts Lambda's own events to records, spans and metrics.

pub mod incidents;
pub mod measured;
pub mod metrics;
mod proxied;
pub mod reason;
pub mod spans;
