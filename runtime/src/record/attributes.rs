//! Attributes of records, in addition to their own fields.

use std::borrow::Cow;

use super::value::Value;

/// An attribute name: a constant or a name from a function's JSON log.
pub type Key = Cow<'static, str>;

/// Attributes in the order in which they are written.
pub type Attributes = Vec<(Key, Value)>;

/// Approximate overhead of an attribute in bytes, in addition to its name and value.
const OVERHEAD: usize = 56;

/// Approximate bytes of attributes in memory.
pub(super) fn size<'a>(attributes: impl IntoIterator<Item = &'a (Key, Value)>) -> usize {
    let sizes = attributes
        .into_iter()
        .map(|(key, value)| key.len() + value.size() + OVERHEAD);
    sizes.sum()
}
