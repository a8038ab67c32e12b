//! What can be wrong with an expression.

/// An expression that cannot be read or answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message} (at {at})")]
pub struct PathError {
    /// Byte offset in the expression's text.
    pub at: usize,
    /// What is wrong and what would be right.
    pub message: String,
}

impl PathError {
    /// Says what is wrong at a place.
    #[must_use]
    pub fn new(at: usize, message: impl Into<String>) -> Self {
        Self { at, message: message.into() }
    }
}
