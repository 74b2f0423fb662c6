//! Converts Lambda's events and the SDK's requests to neutral records, by pure functions.

mod exception;
mod headline;
pub mod join;
mod json;
mod level;
pub mod logs;
pub(super) mod platform;
mod roles;
mod stack;
mod syntax;
mod text;

#[cfg(test)]
mod tests;
