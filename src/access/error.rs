//! Errors of operations on accounts, tokens and sessions.

use crate::database;
use crate::fields::FieldErrors;

/// Why an operation was not done.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// Fields are wrong.
    #[error("{0}")]
    Fields(FieldErrors),
    /// The name or the password is wrong; the error does not tell which.
    #[error("Unable to log in with provided credentials.")]
    WrongCredentials,
    /// There is no such account or token in the scope.
    #[error("Not found.")]
    NotFound,
    /// The current state of the accounts forbids it.
    #[error("{0}")]
    Conflict(String),
    /// The caller may not do it.
    #[error("{0}")]
    Denied(&'static str),
    /// Too many sign-ins have failed; the next attempt is allowed after so many seconds.
    #[error("Too many attempts. Try again in {0} seconds.")]
    TooManyAttempts(u64),
    /// The queue of passwords to be checked is full.
    #[error("Too many sign-ins at once. Try again.")]
    Crowded,
    /// The system has no random bits, or a password could not be hashed.
    #[error("{0}")]
    System(String),
    /// The database failed.
    #[error(transparent)]
    Database(#[from] database::Error),
}

impl From<FieldErrors> for Error {
    fn from(errors: FieldErrors) -> Self {
        Self::Fields(errors)
    }
}
