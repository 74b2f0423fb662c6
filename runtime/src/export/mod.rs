//! From neutral records to a backend: encoding, sending, keeping what failed.

mod circuit;
mod delivery;
mod exporter;
mod otlp;
mod records;
mod setup;
mod upsert;

pub use delivery::{Delivery, Purpose};
