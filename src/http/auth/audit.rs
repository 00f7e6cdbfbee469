//! What happened to accounts, for administrators.

use rocket::Response;
use rocket::http::Status;
use serde_json::{Value as Json, json};

use super::{RequestContext, answered, moment};
use crate::access::audit::{AuditEvent, MOST};
use crate::http::response::ApiError;
use crate::records::FieldErrors;

/// Rows of an answer when the request does not say.
const PAGE: u64 = 100;

/// The latest events, or those before one.
pub async fn list(context: &RequestContext<'_, '_>) -> Result<Response<'static>, ApiError> {
    let (mut limit, mut before) = (PAGE, None);
    let mut errors = FieldErrors::default();
    for (name, value) in context.parameters(&["limit", "before"])? {
        let number = value.parse::<i64>().ok().filter(|number| *number >= 1);
        match (name.as_str(), number) {
            ("limit", Some(number)) if number.unsigned_abs() <= MOST => limit = number.unsigned_abs(),
            ("limit", _) => errors.add(name, format!("A whole number from 1 to {MOST} is required.")),
            (_, Some(number)) => before = Some(number),
            (_, None) => errors.add(name, "The id of an event is required."),
        }
    }
    if !errors.is_empty() {
        return Err(errors.into());
    }
    let events = context.app.access.audit(limit, before).await?;
    Ok(answered(Status::Ok, &events.iter().map(described).collect()))
}

fn described(event: &AuditEvent) -> Json {
    json!({
        "id": event.id,
        "at": moment(event.at),
        "event": event.event,
        "actor": event.actor,
        "subject": event.subject,
        "address": event.address,
        "detail": event.detail,
    })
}
