//! The requests of workers: claim, heartbeat, complete, fail.

use std::time::{Duration, Instant};

use rocket::http::Status;
use rocket::{Data, Response};
use serde_json::json;

use crate::endpoints::jobs::Action;
use crate::endpoints::jobs::schemas::{LEASE, MAX_COUNT, MAX_KINDS, WAIT};
use crate::fields::Body;
use crate::http::app::App;
use crate::http::body;
use crate::http::context::RequestContext;
use crate::http::fields::FieldReader;
use crate::http::response::{self, ApiError};
use crate::jobs::job::{MESSAGE_LIMIT, NAME_LIMIT};
use crate::jobs::{Claim, Claimed, Heartbeat, JobId, Lease};

/// How long a lease lasts when the claim does not say.
const DEFAULT_LEASE: Duration = Duration::from_secs(30);
/// The worker of a claim that has waited this long may have gone.
const MAY_HAVE_GONE: Duration = Duration::from_millis(100);
/// How often the connection of a waiting claim is marked as active.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// 200 with a job, or with several when a count was given; 204 when there was none in time.
pub(super) async fn claim<'r>(context: &RequestContext<'_, '_>, data: Data<'_>) -> Result<Response<'r>, ApiError> {
    let body = body::receive(context.app, context.request, data).await?;
    let mut reader = FieldReader::of_body(&body)?;
    reader.only(&["kinds", "lease", "wait", "count"]);
    let kinds = kinds(&mut reader);
    let lease = reader.duration("lease", LEASE.0, LEASE.1).unwrap_or(DEFAULT_LEASE);
    let wait = reader.duration("wait", WAIT.0, WAIT.1).unwrap_or_default();
    let count = reader.integer("count", 1, MAX_COUNT);
    reader.finish()?;
    let claim = Claim {
        kinds,
        count: u32::try_from(count.unwrap_or(1)).unwrap_or(1),
        lease_ms: milliseconds(lease),
        token: context.app.jobs.lease_token(),
    };
    let claimed = wait_for(context, claim, wait).await?;
    Ok(match (claimed.first(), count) {
        (None, _) => response::no_content(),
        (Some(_), Some(_)) => response::json(Status::Ok, &claimed),
        (Some(job), None) => response::json(Status::Ok, job),
    })
}

/// The jobs of a claim. Waiting ends early when the server stops and when the client has gone.
async fn wait_for(context: &RequestContext<'_, '_>, claim: Claim, wait: Duration) -> Result<Vec<Claimed>, ApiError> {
    let (app, peer) = (context.app, context.request.remote());
    let began = Instant::now();
    let claiming = app.jobs.claim(claim, wait);
    tokio::pin!(claiming);
    let mut keep_alive = tokio::time::interval(KEEP_ALIVE);
    loop {
        tokio::select! {
            biased;
            claimed = &mut claiming => {
                let claimed = claimed?;
                if !claimed.is_empty() && began.elapsed() >= MAY_HAVE_GONE && app.connections.has_gone(peer) {
                    return Err(give_back(app, claimed).await);
                }
                return Ok(claimed);
            }
            _ = keep_alive.tick() => app.connections.moved(peer),
            () = app.lifecycle.draining(), if !wait.is_zero() => return Ok(Vec::new()),
            () = app.connections.gone(peer) => return Err(give_back(app, Vec::new()).await),
        }
    }
}

/// Gives back what was claimed for a worker that has gone, so that others can claim it at once.
async fn give_back(app: &App, claimed: Vec<Claimed>) -> ApiError {
    for job in claimed {
        // When this fails, the job becomes free when its lease expires.
        let _ = app.jobs.release(job.lease(), Heartbeat::default()).await;
    }
    ApiError::client_gone()
}

/// The kinds that a worker can run: a list, in a form separated by commas.
fn kinds(reader: &mut FieldReader<'_>) -> Vec<String> {
    let kinds = reader.required_texts("kinds");
    if reader.errors.has("kinds") {
        return kinds;
    }
    if kinds.is_empty() || kinds.len() > MAX_KINDS {
        reader.errors.add("kinds", format!("Give from 1 to {MAX_KINDS} kinds."));
    } else if kinds.iter().any(|kind| kind.is_empty() || kind.len() > NAME_LIMIT) {
        let message = format!("A kind has from 1 to {NAME_LIMIT} characters.");
        reader.errors.add("kinds", message);
    }
    kinds
}

/// 200 with the state of the job; 409 when the lease has expired.
pub(super) async fn report<'r>(
    context: &RequestContext<'_, '_>,
    action: Action,
    id: JobId,
    data: Data<'_>,
) -> Result<Response<'r>, ApiError> {
    let jobs = &context.app.jobs;
    let body = body::receive(context.app, context.request, data).await?;
    let answer = match action {
        Action::Heartbeat => {
            let (lease, heartbeat) = heartbeat(&body, id)?;
            let renewed = jobs.heartbeat(lease, heartbeat).await?;
            json!({
                "job_id": id, "status": "processing", "lease_until": renewed.until, "cancelled": renewed.is_cancelled,
            })
        }
        Action::Complete => {
            let (lease, result) = complete(&body, id)?;
            let outcome = jobs.complete(lease, result).await?;
            json!({ "job_id": id, "status": outcome.state })
        }
        _ => {
            let (lease, error, retry) = fail(&body, id)?;
            let outcome = jobs.fail(lease, error, retry).await?;
            json!({ "job_id": id, "status": outcome.state, "run_at": outcome.run_at })
        }
    };
    Ok(response::json(Status::Ok, &answer))
}

fn heartbeat(body: &Body, id: JobId) -> Result<(Lease, Heartbeat), ApiError> {
    let mut reader = FieldReader::of_body(body)?;
    reader.only(&["lease_token", "lease", "progress", "checkpoint"]);
    let lease = lease(&mut reader, id);
    let heartbeat = Heartbeat {
        progress: progress(&mut reader),
        checkpoint: reader.json("checkpoint").map(|json| json.get().to_owned()),
        lease_ms: reader.duration("lease", LEASE.0, LEASE.1).map(milliseconds),
    };
    reader.finish()?;
    Ok((lease, heartbeat))
}

fn complete(body: &Body, id: JobId) -> Result<(Lease, String), ApiError> {
    let mut reader = FieldReader::of_body(body)?;
    reader.only(&["lease_token", "result"]);
    let lease = lease(&mut reader, id);
    let result = reader
        .json("result")
        .map_or("null".to_owned(), |json| json.get().to_owned());
    reader.finish()?;
    Ok((lease, result))
}

fn fail(body: &Body, id: JobId) -> Result<(Lease, String, bool), ApiError> {
    let mut reader = FieldReader::of_body(body)?;
    reader.only(&["lease_token", "error", "retry"]);
    let lease = lease(&mut reader, id);
    let error = reader.text("error").unwrap_or_default();
    let retry = reader.boolean("retry").unwrap_or(true);
    reader.finish()?;
    Ok((lease, error, retry))
}

fn lease(reader: &mut FieldReader<'_>, id: JobId) -> Lease {
    Lease {
        id,
        token: reader.required_text("lease_token"),
    }
}

/// The progress of a job: a number from 0 to 1, or `{"done", "total", "message"}` with any of the three.
fn progress(reader: &mut FieldReader<'_>) -> Option<String> {
    const WRONG: &str =
        "Give a number from 0 to 1, or an object of done and total (numbers from 0) and message (text).";
    let json = reader.json("progress")?;
    let value: serde_json::Value = serde_json::from_str(json.get()).unwrap_or_default();
    let is_part = |value: &serde_json::Value| value.as_f64().is_some_and(|part| (0.0..=1.0).contains(&part));
    let is_known = |(name, value): (&String, &serde_json::Value)| match name.as_str() {
        "done" | "total" => value.is_null() || value.as_f64().is_some_and(|count| count >= 0.0),
        "message" => value.is_null() || value.as_str().is_some_and(|text| text.chars().count() <= MESSAGE_LIMIT),
        _ => false,
    };
    let is_good = is_part(&value) || value.as_object().is_some_and(|object| object.iter().all(is_known));
    if !is_good {
        reader.errors.add("progress", WRONG);
    }
    // Written again, without the spaces and repeated names that it may have had.
    is_good.then(|| value.to_string())
}

fn milliseconds(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
