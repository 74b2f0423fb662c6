//! From Lambda's events and the SDK's requests to neutral records. All of it is pure.

mod ansi;
mod data_points;
pub mod durable;
mod exception;
mod exception_kinds;
mod fault;
mod formats;
mod heading;
mod headline;
pub mod incidents;
pub mod join;
mod joined;
mod json;
mod lenient;
mod level;
mod level_shapes;
mod logfmt;
pub mod logs;
pub mod metrics;
mod object;
pub mod reason;
pub mod sdk;
pub mod sdk_labels;
pub mod spans;
mod stack;
mod template;
mod text;
mod words;

#[cfg(test)]
mod formats_tests;
#[cfg(test)]
mod traces_tests;
