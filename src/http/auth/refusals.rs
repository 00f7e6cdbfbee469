//! The errors of `access` as answers.

use rocket::http::Status;

use crate::access::Error;
use crate::fields::{FieldErrors, NON_FIELD};
use crate::http::response::ApiError;
use crate::records;

impl From<Error> for ApiError {
    fn from(error: Error) -> Self {
        match error {
            Error::Fields(errors) => errors.into(),
            Error::WrongCredentials => FieldErrors::one(NON_FIELD, error.to_string()).into(),
            Error::NotFound => Self::not_found(),
            Error::Conflict(message) => Self::new(Status::Conflict, message),
            Error::Denied(message) => Self::new(Status::Forbidden, message),
            Error::TooManyAttempts(seconds) => Self::throttled(seconds),
            Error::Crowded => Self::unavailable(error.to_string(), 1),
            Error::System(message) => {
                tracing::error!("{message}");
                Self::internal()
            }
            Error::Database(error) => records::Error::Database(error).into(),
        }
    }
}
