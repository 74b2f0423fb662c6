//! From Lambda's events and the SDK's requests to neutral records. All of it is pure.

mod exception;
mod json;
pub mod logs;
mod object;
pub mod sdk;
pub mod spans;
mod text;
