//! What a caller can be told: the request is wrong, or the data says no.

use crate::database;
use crate::fields::{BodyError, FieldErrors};

/// Why a request was not done.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// Fields or parameters are wrong.
    #[error("the request is wrong")]
    Fields(FieldErrors),
    /// Rows of an array are wrong; one entry for each row, empty for good ones.
    #[error("rows of the request are wrong")]
    Rows(Vec<FieldErrors>),
    /// The body cannot be read at all.
    #[error("{0}")]
    Malformed(String),
    /// There is no such row.
    #[error("Not found.")]
    NotFound,
    /// `after=` is neither a key nor a cursor of the list in this order; Django REST framework answers 404 as well.
    #[error("Invalid cursor")]
    InvalidCursor,
    /// Other rows stand in the way.
    #[error("{0}")]
    Conflict(String),
    /// The database did not do it.
    #[error(transparent)]
    Database(#[from] database::Error),
}

impl From<FieldErrors> for Error {
    fn from(errors: FieldErrors) -> Self {
        Self::Fields(errors)
    }
}

impl From<BodyError> for Error {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::Malformed(message) => Self::Malformed(message),
            BodyError::Fields(errors) => Self::Fields(errors),
        }
    }
}
