//! The syntax of lines, independent of their meaning: colours, malformed JSON, `key=value`.

pub(super) mod ansi;
pub(super) mod lenient;
pub(super) mod logfmt;
pub(super) mod object;
