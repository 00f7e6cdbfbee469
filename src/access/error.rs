//! Why something was not done with accounts, tokens or sessions.

use crate::database;

/// Why not.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// Fields are wrong: each with a sentence, every one of them at once.
    #[error("{}", sentences(.0))]
    Invalid(Vec<(&'static str, String)>),
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

impl Error {
    /// One complaint about one field.
    pub fn field(field: &'static str, message: impl Into<String>) -> Self {
        Self::Invalid(vec![(field, message.into())])
    }
}

fn sentences(fields: &[(&'static str, String)]) -> String {
    let sentences: Vec<_> = fields
        .iter()
        .map(|(field, message)| format!("{field}: {message}"))
        .collect();
    sentences.join(" ")
}
