//! How lines are written, whatever they say: colours, JSON that is not quite JSON, `key=value`.

pub(super) mod ansi;
pub(super) mod lenient;
pub(super) mod logfmt;
pub(super) mod object;
