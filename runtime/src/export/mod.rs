//! Exports neutral records to a backend: encoding, sending, keeping what failed.

mod clickhouse;
mod delivery;
mod exporter;
mod otlp;
mod redirect;
mod response;
mod size;
mod split;
mod verdict;

pub use delivery::Delivery;
pub use delivery::purpose::Purpose;
pub use exporter::Exporter;
