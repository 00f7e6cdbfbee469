//! A job that is asked for, held against what the queue and its kind allow.

use serde_json::Value as Json;

use super::job::{ATTEMPTS_LIMIT, NAME_LIMIT, NewJob, PAYLOAD_LIMIT, PRIORITY_LIMIT};
use super::{Error, Handler};
use crate::records::FieldErrors;

/// Looks at all of a job; `handler` is that of its kind, when it is a built-in one.
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
        let message = format!("Ensure this value is from -{PRIORITY_LIMIT} to {PRIORITY_LIMIT}.");
        errors.add("priority", message);
    }
    if !(1..=ATTEMPTS_LIMIT).contains(&job.max_attempts) {
        let message = format!("Ensure this value is from 1 to {ATTEMPTS_LIMIT}.");
        errors.add("max_attempts", message);
    }
    if let Some(key) = &job.unique_key {
        if key.is_empty() {
            errors.add("unique_key", "This field may not be blank.");
        } else if key.chars().count() > NAME_LIMIT {
            let message = format!("Ensure this field has no more than {NAME_LIMIT} characters.");
            errors.add("unique_key", message);
        }
    }
    if let Some(handler) = handler
        && let Err(wrong) = payload(handler, job.payload.get())
    {
        errors.0.extend(wrong.0);
    }
    match errors.is_empty() {
        true => Ok(()),
        false => Err(errors.into()),
    }
}

/// Whether a kind can be one: it stands in addresses, commands and metrics.
///
/// # Errors
/// What is wrong with it.
pub(super) fn kind(kind: &str) -> Result<(), String> {
    let is_plain = |letter: u8| letter.is_ascii_alphanumeric() || matches!(letter, b'_' | b'-' | b'.' | b':' | b'/');
    if kind.is_empty() {
        return Err("This field may not be blank.".to_owned());
    }
    if kind.len() > NAME_LIMIT {
        return Err(format!("Ensure this field has no more than {NAME_LIMIT} characters."));
    }
    match kind.bytes().all(is_plain) {
        true => Ok(()),
        false => Err("Use letters, digits and _ - . : / only.".to_owned()),
    }
}

/// The payload of a built-in kind: an object of its fields and no others.
fn payload(handler: &dyn Handler, payload: &str) -> Result<(), FieldErrors> {
    let payload: Json = serde_json::from_str(payload).unwrap_or_default();
    let Some(object) = payload.as_object() else {
        return Err(FieldErrors::one("payload", "Invalid data. Expected an object."));
    };
    let mut errors = FieldErrors::default();
    for name in object.keys().filter(|name| !handler.fields().contains(&name.as_str())) {
        let known = handler.fields().join(", ");
        errors.add(
            name.as_str(),
            format!("This kind of job has no such field. Fields: {known}."),
        );
        if errors.0.len() >= 100 {
            return Err(errors);
        }
    }
    if let Err(wrong) = handler.validate(&payload) {
        errors.0.extend(wrong.0);
    }
    match errors.is_empty() {
        true => Ok(()),
        false => Err(errors),
    }
}

/// What is said of a document that the queue does not keep.
pub(super) fn too_large(what: &str, size: usize, limit: usize) -> Error {
    Error::TooLarge(format!(
        "The {what} has {size} bytes as JSON; at most {limit} are kept."
    ))
}
