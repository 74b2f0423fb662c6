//! What Lambda itself reports, as records, spans and metrics.

pub mod incidents;
pub mod metrics;
mod proxied;
pub mod reason;
pub mod spans;
