//! Submits a job.
//!
//! `{"kind", "payload"}` with options beside them. A built-in kind's own fields may stand beside `kind` in place of a
//! payload, and without a kind it is the first built-in one: `{"text": "bonjour le monde"}`.

use rocket::http::Status;
use rocket::{Data, Response};
use serde_json::value::RawValue;
use serde_json::{Value as Json, json};

use super::accepted::accepted;
use crate::clock::UnixMillis;
use crate::http::app::App;
use crate::http::body;
use crate::http::context::RequestContext;
use crate::http::fields::FieldReader;
use crate::http::response::ApiError;
use crate::jobs::job::{ATTEMPTS_LIMIT, PRIORITY_LIMIT};
use crate::jobs::schedule::KEYS_OF_SCHEDULES;
use crate::jobs::{Error, NewJob};

/// Fields that every job may have.
const OPTIONS: [&str; 6] = ["kind", "payload", "priority", "run_at", "max_attempts", "unique_key"];

/// 202 with the job; 200 with the unfinished job that has the same unique key.
pub(super) async fn submit<'r>(context: &RequestContext<'_, '_>, data: Data<'_>) -> Result<Response<'r>, ApiError> {
    let body = body::receive(context.app, context.request, data).await?;
    let job = read(context.app, FieldReader::of_body(&body)?)?;
    let enqueued = context.app.jobs.submit(job).await?;
    let status = match enqueued.is_new {
        true => Status::Accepted,
        false => Status::Ok,
    };
    Ok(accepted(context, status, enqueued.id, enqueued.state))
}

/// The fields of a job, for OPTIONS, in the form in which those of a table are described.
pub(super) fn described() -> Json {
    let field = |kind: &str| json!({ "type": kind, "required": false, "read_only": false });
    let number = |least: i64, most: i64| json!({ "type": "integer", "required": false, "read_only": false, "min_value": least, "max_value": most });
    json!({
        "kind": field("string"),
        "payload": field("field"),
        "priority": number(-PRIORITY_LIMIT, PRIORITY_LIMIT),
        "run_at": field("datetime"),
        "max_attempts": number(1, ATTEMPTS_LIMIT),
        "unique_key": field("string"),
    })
}

fn read(app: &App, mut reader: FieldReader<'_>) -> Result<NewJob, ApiError> {
    let kind = match reader.text("kind") {
        Some(kind) => kind,
        None => app.jobs.default_kind().to_owned(),
    };
    let own = app.jobs.handler(&kind).map_or(&[][..], |handler| handler.fields());
    let known: Vec<&str> = own.iter().copied().chain(OPTIONS).collect();
    reader.only(&known);
    let payload = payload(&mut reader, own);
    let mut job = NewJob::new(kind, payload);
    job.priority = reader
        .integer("priority", -PRIORITY_LIMIT, PRIORITY_LIMIT)
        .unwrap_or(job.priority);
    job.max_attempts = reader
        .integer("max_attempts", 1, ATTEMPTS_LIMIT)
        .unwrap_or(job.max_attempts);
    job.run_at = reader.timestamp("run_at").map(UnixMillis::from);
    job.unique_key = reader.text("unique_key");
    if job
        .unique_key
        .as_ref()
        .is_some_and(|key| key.starts_with(KEYS_OF_SCHEDULES))
    {
        let message = format!("Keys that begin with \"{KEYS_OF_SCHEDULES}\" belong to schedules.");
        reader.errors.add("unique_key", message);
    }
    if !reader.errors.is_empty() {
        // What is wrong with the rest of the job is reported in the same answer.
        if let Err(Error::Fields(further)) = app.jobs.prepare(job.clone(), app.jobs.now()) {
            reader.errors.add_missing(further);
        }
    }
    reader.finish()?;
    Ok(job)
}

/// The payload as such, or made of the kind's own fields.
fn payload(reader: &mut FieldReader<'_>, own: &[&str]) -> Box<RawValue> {
    let is_spread = own.iter().any(|name| reader.has(name));
    if is_spread && reader.has("payload") {
        let message = format!("Give either this field or {}, not both.", own.join(", "));
        reader.errors.add("payload", message);
    }
    if own.is_empty() || reader.has("payload") {
        return reader.json("payload").unwrap_or_default();
    }
    reader.object(own)
}
