//! The audit, for administrators.

use rocket::Response;
use rocket::http::Status;
use serde_json::{Value as Json, json};

use super::timestamps::timestamp;
use crate::access::AuditEvent;
use crate::access::audit::MAX_EVENTS;
use crate::http::context::RequestContext;
use crate::http::fields::FieldReader;
use crate::http::response::{self, ApiError};

/// Rows of an answer when the request does not say.
const PAGE: i64 = 100;

/// Lists the latest events, or those before one.
pub async fn list(context: &RequestContext<'_, '_>) -> Result<Response<'static>, ApiError> {
    let mut parameters = FieldReader::of_query(context.request, &["limit", "before"])?;
    let limit = parameters.whole_number("limit", 1, MAX_EVENTS).unwrap_or(PAGE);
    let before = parameters.whole_number("before", 1, i64::MAX);
    parameters.finish()?;
    let events = context.app.access.audit(limit, before).await?;
    Ok(response::json(
        Status::Ok,
        &events.iter().map(described).collect::<Json>(),
    ))
}

fn described(event: &AuditEvent) -> Json {
    json!({
        "id": event.id,
        "at": timestamp(event.at),
        "event": event.event,
        "actor": event.actor,
        "subject": event.subject,
        "address": event.address,
        "detail": event.detail,
    })
}
