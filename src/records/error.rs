//! Errors of reading and writing rows.

use crate::database;
use crate::fields::{BodyError, FieldErrors};

/// Why a request failed.
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
    /// Other rows or a rule of the table prevent it.
    #[error("{0}")]
    Conflict(String),
    /// The database failed, or refused for another reason.
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
