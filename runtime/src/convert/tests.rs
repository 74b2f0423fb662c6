//! Log lines of every kind, through the whole conversion.

mod formats;

mod traces;
