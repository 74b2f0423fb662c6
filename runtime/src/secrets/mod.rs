//! Secrets that settings refer to: found in values, fetched from AWS, filled in. Values never appear in `Debug` or errors.

mod call;
#[cfg(test)]
mod call_tests;
mod fetch;
mod json;
mod parameter_store;
mod reference;
mod secrets_manager;
#[cfg(test)]
mod tests;
mod values;
mod web_identity;

pub use fetch::resolve;
pub use reference::{Reference, Service, find_references, holds_reference, is_reference};
pub use values::{Missing, Values};
pub use web_identity::{WebIdentityToken, web_identity_token};

/// Why a text is not a [`Reference`]. Never repeats the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidReference {
    /// Not of the two services' form.
    #[error(
        "is not an ARN of the form arn:aws:secretsmanager:REGION:ACCOUNT:secret:NAME \
         or arn:aws:ssm:REGION:ACCOUNT:parameter/NAME"
    )]
    NotAnArn,
    /// An ARN of some other service.
    #[error("names a service other than secretsmanager and ssm")]
    OtherService,
    /// Nothing after `#`.
    #[error("has nothing after its #")]
    EmptyKey,
}

/// Why one reference has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The reference, with the variable in which it stands.
    pub reference: Reference,
    /// What went wrong and, where it is known, how to fix it.
    pub reason: String,
}

/// References that have no value, with the values of the others.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}", describe(failures))]
pub struct Error {
    /// What could not be resolved; never empty.
    pub failures: Vec<Failure>,
    /// What was resolved all the same.
    pub resolved: Values,
}

fn describe(failures: &[Failure]) -> String {
    let lines = failures.iter().map(|failure| {
        let Failure { reference, reason } = failure;
        format!("{}: {reference} cannot be resolved: {reason}", reference.variable)
    });
    lines.collect::<Vec<_>>().join("; ")
}
