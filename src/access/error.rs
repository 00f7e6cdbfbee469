//! Why something was not done with accounts, tokens or sessions.

use crate::database;
use crate::fields::FieldErrors;

/// Why not.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// Fields are wrong.
    #[error("{0}")]
    Fields(FieldErrors),
    /// The account and password do not belong together; nothing says which of them is wrong.
    #[error("Unable to log in with provided credentials.")]
    WrongCredentials,
    /// There is no such account or token.
    #[error("Not found.")]
    NotFound,
    /// The state of the accounts stands in the way.
    #[error("{0}")]
    Conflict(String),
    /// The caller's right does not suffice.
    #[error("{0}")]
    Denied(&'static str),
    /// Too many sign-ins have failed; the next may come after so many seconds.
    #[error("Too many attempts. Try again in {0} seconds.")]
    TooManyAttempts(u64),
    /// More passwords wait to be checked than is good.
    #[error("Too many sign-ins at once. Try again.")]
    Crowded,
    /// The system gave no randomness, or no memory to hash with.
    #[error("{0}")]
    System(String),
    /// The database did not do it.
    #[error(transparent)]
    Database(#[from] database::Error),
}

impl From<FieldErrors> for Error {
    fn from(errors: FieldErrors) -> Self {
        Self::Fields(errors)
    }
}
