//! From Lambda's events and the SDK's requests to neutral records. All of it is pure.

mod data_points;
mod exception;
pub mod incidents;
pub mod join;
mod json;
mod level;
pub mod logs;
pub mod metrics;
mod object;
pub mod reason;
pub mod sdk;
pub mod spans;
mod stack;
mod text;

#[cfg(test)]
mod formats_tests;
