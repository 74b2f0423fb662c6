//! OTLP as data: requests to send, requests of the function's SDK, and their JSON form. No I/O.

mod data_points;
pub mod json;
pub mod labels;
mod log_records;
mod merge_resource;
pub mod messages;
pub mod metrics;
pub mod received;
pub mod request;
pub(crate) mod scope;
pub mod traces;
pub mod unfinished;
mod value;
