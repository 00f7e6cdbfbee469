//! Validation of new jobs against the limits of the queue and the rules of their kind.

use serde_json::Value as Json;

use super::job::{ATTEMPTS_LIMIT, NAME_LIMIT, NewJob, PAYLOAD_LIMIT, PRIORITY_LIMIT};
use super::{Error, Handler};
use crate::fields::{FieldErrors, message};

/// Validates a job; `handler` is that of its kind, if it is built in.
///
/// # Errors
/// [`Error::Fields`] with everything that is wrong, [`Error::TooLarge`].
pub(super) fn new_job(job: &NewJob, handler: Option<&dyn Handler>) -> Result<(), Error> {
    let size = job.payload.get().len();
    if size > PAYLOAD_LIMIT {
        return Err(too_large("payload", size, PAYLOAD_LIMIT));
    }
    let mut errors = FieldErrors::default();
    if let Err(message) = kind(&job.kind) {
        errors.add("kind", message);
    }
    if !(-PRIORITY_LIMIT..=PRIORITY_LIMIT).contains(&job.priority) {
        errors.add("priority", message::range(-PRIORITY_LIMIT, PRIORITY_LIMIT));
    }
    if !(1..=ATTEMPTS_LIMIT).contains(&job.max_attempts) {
        errors.add("max_attempts", message::range(1, ATTEMPTS_LIMIT));
    }
    if let Some(key) = &job.unique_key {
        if key.is_empty() {
            errors.add("unique_key", message::BLANK);
        } else if key.chars().count() > NAME_LIMIT {
            errors.add("unique_key", message::max_length(NAME_LIMIT));
        }
    }
    if let Some(handler) = handler
        && let Err(wrong) = payload(handler, job.payload.get())
    {
        errors.0.extend(wrong.0);
    }
    Ok(errors.into_result()?)
}

/// Validates the name of a kind, which is part of addresses, commands and metrics.
///
/// # Errors
/// What is wrong with it.
pub(super) fn kind(kind: &str) -> Result<(), String> {
    let is_plain = |letter: u8| letter.is_ascii_alphanumeric() || matches!(letter, b'_' | b'-' | b'.' | b':' | b'/');
    if kind.is_empty() {
        return Err(message::BLANK.to_owned());
    }
    if kind.len() > NAME_LIMIT {
        return Err(message::max_length(NAME_LIMIT));
    }
    match kind.bytes().all(is_plain) {
        true => Ok(()),
        false => Err("Use letters, digits and _ - . : / only.".to_owned()),
    }
}

/// Validates the payload of a built-in kind: an object with its fields and no others.
fn payload(handler: &dyn Handler, payload: &str) -> Result<(), FieldErrors> {
    let payload: Json = serde_json::from_str(payload).unwrap_or_default();
    let Some(object) = payload.as_object() else {
        return Err(FieldErrors::one("payload", message::NOT_AN_OBJECT));
    };
    let mut errors = FieldErrors::default();
    for name in object.keys().filter(|name| !handler.fields().contains(&name.as_str())) {
        errors.add(
            name.as_str(),
            message::unknown_field_of("kind of job", handler.fields()),
        );
        if errors.is_full() {
            return Err(errors);
        }
    }
    if let Err(wrong) = handler.validate(&payload) {
        errors.0.extend(wrong.0);
    }
    errors.into_result()
}

/// The error for a JSON document over its limit.
pub(super) fn too_large(what: &str, size: usize, limit: usize) -> Error {
    Error::TooLarge(format!(
        "The {what} has {size} bytes as JSON; at most {limit} are kept."
    ))
}
