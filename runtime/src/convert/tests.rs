//! Log lines of every kind, through all of the conversion.

mod formats;

mod traces;
