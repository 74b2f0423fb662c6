//! The resource: what produced the records.

use super::value::Value;

/// The entity that all records of this environment describe.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Resource {
    /// Every attribute, defaults and the user's.
    pub attributes: Vec<(String, Value)>,
    /// Those of the user's that replace what a function's SDK says.
    pub overrides: Vec<(String, Value)>,
    /// Severity texts are to be spelled as the Rotel extension does.
    pub rotel_severity: bool,
}
