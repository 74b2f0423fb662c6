//! The result of the request for one secret.

/// A secret's text, or why there is none.
pub(super) type Found = Result<String, String>;
