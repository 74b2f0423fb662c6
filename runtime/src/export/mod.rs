//! From neutral records to a backend: encoding, sending, keeping what failed.

mod circuit;
mod clickhouse;
mod delivery;
mod exporter;
mod judgement;
mod key_advice;
mod lane;
pub mod metrics;
mod needs;
pub mod otlp;
mod otlp_answer;
mod otlp_exporter;
mod otlp_success;
mod queue;
mod records;
mod redirect;
mod request;
mod setup;
mod size;
mod split;
mod underway;
mod upsert;

pub use delivery::{Delivery, Purpose};
pub use exporter::Exporter;
