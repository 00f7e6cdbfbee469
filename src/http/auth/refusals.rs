//! What `access` refuses, as answers.

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
            Error::TooManyAttempts(seconds) => {
                let unit = if seconds == 1 { "second" } else { "seconds" };
                let message = format!("Request was throttled. Expected available in {seconds} {unit}.");
                Self::later(Status::TooManyRequests, message, seconds)
            }
            Error::Crowded => Self::later(Status::ServiceUnavailable, error.to_string(), 1),
            Error::System(message) => {
                tracing::error!("{message}");
                Self::new(
                    Status::InternalServerError,
                    "Something went wrong inside. The log says what.",
                )
            }
            Error::Database(error) => records::Error::Database(error).into(),
        }
    }
}

impl ApiError {
    /// A refusal that may be none after so many seconds.
    fn later(status: Status, message: String, seconds: u64) -> Self {
        let mut refusal = Self::new(status, message);
        refusal.headers.push(("Retry-After", seconds.to_string()));
        refusal
    }
}
