//! Why references have no value. Never contains values.

use super::reference::Reference;
use super::values::Values;

/// Why one reference has no value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The reference, with the variable that contains it.
    pub reference: Reference,
    /// What went wrong and, if known, how to fix it.
    pub reason: String,
}

/// References that have no value, with the values of the others.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{}", describe(failures))]
pub struct Error {
    /// What could not be resolved; never empty.
    pub failures: Vec<Failure>,
    /// The values that were resolved.
    pub resolved: Values,
}

fn describe(failures: &[Failure]) -> String {
    let lines = failures.iter().map(|failure| {
        let Failure { reference, reason } = failure;
        format!("{}: {reference} cannot be resolved: {reason}", reference.variable)
    });
    lines.collect::<Vec<_>>().join("; ")
}
