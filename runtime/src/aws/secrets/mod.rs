//! Secrets that settings refer to: found in values, fetched from AWS and substituted. Values never appear in `Debug` or
//! errors.

mod call;
mod error;
mod fetch;
mod found;
mod json;
mod parameter_store;
mod reference;
mod secrets_manager;
#[cfg(test)]
mod testing;
mod values;
mod web_identity;
mod xml;

pub use error::{Error, Failure};
pub use fetch::resolve;
pub use reference::{InvalidReference, Reference, Service, find_references, holds_reference, is_reference};
pub use values::{Missing, Values};
pub use web_identity::{WebIdentityToken, web_identity_token};

#[cfg(test)]
mod tests;
