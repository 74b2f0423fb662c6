//! What the request for one secret came to.

/// A secret's text, or why there is none.
pub(super) type Found = Result<String, String>;
