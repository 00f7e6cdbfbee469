//! The errors of operations on jobs and schedules.

use crate::database;
use crate::fields::FieldErrors;

/// Why an operation failed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// Fields are invalid.
    #[error("the request is wrong")]
    Fields(FieldErrors),
    /// A payload, result or checkpoint is too large.
    #[error("{0}")]
    TooLarge(String),
    /// The job or schedule does not exist.
    #[error("Not found.")]
    NotFound,
    /// The state of the job does not allow it, or the lease is lost.
    #[error("{0}")]
    Conflict(String),
    /// Too many clients wait at once.
    #[error("{0}")]
    Crowded(&'static str),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] database::Error),
}

impl From<FieldErrors> for Error {
    fn from(errors: FieldErrors) -> Self {
        Self::Fields(errors)
    }
}
