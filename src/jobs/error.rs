//! What can be wrong with what is asked of the queue.

use crate::database;
use crate::fields::FieldErrors;

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// Fields of the request are wrong.
    #[error("the request is wrong")]
    Fields(FieldErrors),
    /// A payload, result or other document is larger than the queue keeps.
    #[error("{0}")]
    TooLarge(String),
    /// There is no such job, or no longer.
    #[error("Not found.")]
    NotFound,
    /// The job is in a state in which this cannot be done, or belongs to another attempt by now.
    #[error("{0}")]
    Conflict(String),
    /// Too many ask for the same at once.
    #[error("{0}")]
    Crowded(&'static str),
    /// The database did not do it.
    #[error(transparent)]
    Database(#[from] database::Error),
}

impl From<FieldErrors> for Error {
    fn from(errors: FieldErrors) -> Self {
        Self::Fields(errors)
    }
}
