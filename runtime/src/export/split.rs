//! Splitting requests that are too large.

/// The result of splitting a request.
#[derive(Debug)]
pub struct Split<T> {
    /// Smaller ones with its records, in their order.
    pub parts: Vec<T>,
    /// Number of records that are too large by themselves.
    pub refused: usize,
}

impl<T> Split<T> {
    /// Converts the parts.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Split<U> {
        Split {
            parts: self.parts.into_iter().map(change).collect(),
            refused: self.refused,
        }
    }
}

impl<T> Default for Split<T> {
    fn default() -> Self {
        Split {
            parts: Vec::new(),
            refused: 0,
        }
    }
}
