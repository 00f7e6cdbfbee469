//! What `access` refuses, as answers.

use rocket::http::Status;

use crate::access::Error;
use crate::http::answer::Refusal;
use crate::records::error::NON_FIELD;
use crate::records::{self, FieldErrors};

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        match error {
            Error::Invalid(wrong) => {
                let mut errors = FieldErrors::default();
                for (field, said) in wrong {
                    errors.add(field, said);
                }
                errors.into()
            }
            Error::WrongCredentials => FieldErrors::one(NON_FIELD, error.to_string()).into(),
            Error::NotFound => Self::not_found(),
            Error::Conflict(said) => Self::new(Status::Conflict, said),
            Error::Denied(said) => Self::new(Status::Forbidden, said),
            Error::TooManyAttempts(seconds) => {
                let unit = if seconds == 1 { "second" } else { "seconds" };
                let said = format!("Request was throttled. Expected available in {seconds} {unit}.");
                Self::later(Status::TooManyRequests, said, seconds)
            }
            Error::Crowded => Self::later(Status::ServiceUnavailable, error.to_string(), 1),
            Error::System(said) => {
                tracing::error!("{said}");
                Self::new(
                    Status::InternalServerError,
                    "Something went wrong inside. The log says what.",
                )
            }
            Error::Database(error) => records::Error::Database(error).into(),
        }
    }
}

impl Refusal {
    /// A refusal that may be none after so many seconds.
    fn later(status: Status, said: String, seconds: u64) -> Self {
        let mut refusal = Self::new(status, said);
        refusal.headers.push(("Retry-After", seconds.to_string()));
        refusal
    }
}
