//! The resource: what produced the records.

use super::value::Value;

/// The entity that produced all records of this environment.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Resource {
    /// Every attribute, defaults and the user's.
    pub attributes: Vec<(String, Value)>,
    /// The user's attributes that replace those of a function's SDK.
    pub overrides: Vec<(String, Value)>,
    /// Severity texts are spelled as in the Rotel extension.
    pub rotel_severity: bool,
}
