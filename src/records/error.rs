//! What a caller can be told: the request is wrong, or the data says no.

use crate::database;

/// What is wrong, by field or parameter, in the order found.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct FieldErrors(pub Vec<(String, Vec<String>)>);

/// The key under which Django REST framework reports what belongs to no single field.
pub const NON_FIELD: &str = "non_field_errors";

impl FieldErrors {
    /// One complaint about one field.
    pub fn one(field: impl Into<String>, message: impl Into<String>) -> Self {
        let mut errors = Self::default();
        errors.add(field, message);
        errors
    }

    /// One more complaint. The same words about the same field are said once.
    pub fn add(&mut self, field: impl Into<String>, message: impl Into<String>) {
        let (field, message) = (field.into(), message.into());
        match self.0.iter_mut().find(|(known, _)| *known == field) {
            Some((_, all)) if all.contains(&message) => {}
            Some((_, all)) => all.push(message),
            None => self.0.push((field, vec![message])),
        }
    }

    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether something is wrong with this field already.
    pub fn has(&self, field: &str) -> bool {
        self.0.iter().any(|(known, _)| known == field)
    }
}

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
