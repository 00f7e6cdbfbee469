//! What workers say: claim, heartbeat, complete, fail.

use std::time::{Duration, Instant};

use rocket::http::Status;
use rocket::{Data, Request, Response};
use serde_json::json;

use super::{ApiError, Verb, of_json, shown};
use crate::fields::Body;
use crate::http::fields::FieldReader;
use crate::http::{App, body};
use crate::jobs::job::{MESSAGE_LIMIT, NAME_LIMIT};
use crate::jobs::{Claim, Claimed, Heartbeat, JobId, Lease};

/// Kinds and jobs in a claim at most.
const KINDS: usize = 32;
const COUNT: i64 = 100;
/// How long a lease lasts, unless asked otherwise, and its bounds.
const LEASE: Duration = Duration::from_secs(30);
const SHORTEST_LEASE: Duration = Duration::from_secs(1);
const LONGEST_LEASE: Duration = Duration::from_secs(3600);
/// How long a claim waits at most.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// A claim that has waited so long may have lost its worker.
const LONG: Duration = Duration::from_millis(100);
/// How often a waiting claim is marked as alive among the connections.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);

/// 200 and a job, or jobs when a count was given; 204 when there was none to be had in time.
pub(super) async fn claim<'r>(app: &App, request: &'r Request<'_>, data: Data<'_>) -> Result<Response<'r>, ApiError> {
    let body = body::body(app, request, data).await?;
    let mut reader = FieldReader::of_body(&body)?;
    reader.only(&["kinds", "lease", "wait", "count"]);
    let kinds = kinds(&mut reader);
    let lease = reader.duration("lease", SHORTEST_LEASE, LONGEST_LEASE).unwrap_or(LEASE);
    let wait = reader
        .duration("wait", Duration::ZERO, LONGEST_WAIT)
        .unwrap_or_default();
    let count = reader.integer("count", 1, COUNT);
    reader.finish()?;
    let claim = Claim {
        kinds,
        count: u32::try_from(count.unwrap_or(1)).unwrap_or(1),
        lease_ms: milliseconds(lease),
        token: app.jobs.lease_token(),
    };
    let claimed = wait_for(app, request, claim, wait).await?;
    Ok(match (claimed.first(), count) {
        (None, _) => Response::build().status(Status::NoContent).finalize(),
        (Some(_), Some(_)) => shown(&claimed),
        (Some(job), None) => shown(job),
    })
}

/// The jobs of a claim. Waiting ends early when the server stops and when the client has gone.
async fn wait_for(app: &App, request: &Request<'_>, claim: Claim, wait: Duration) -> Result<Vec<Claimed>, ApiError> {
    let began = Instant::now();
    let claiming = app.jobs.claim(claim, wait);
    tokio::pin!(claiming);
    let mut signs_of_life = tokio::time::interval(SIGN_OF_LIFE);
    loop {
        tokio::select! {
            biased;
            claimed = &mut claiming => {
                let claimed = claimed?;
                if !claimed.is_empty() && began.elapsed() >= LONG && app.connections.has_gone(request.remote()) {
                    return Err(leave_to_others(app, claimed).await);
                }
                return Ok(claimed);
            }
            _ = signs_of_life.tick() => app.connections.moved(request.remote()),
            () = app.lifecycle.draining(), if !wait.is_zero() => return Ok(Vec::new()),
            () = app.connections.gone(request.remote()) => return Err(leave_to_others(app, Vec::new()).await),
        }
    }
}

/// The worker has gone before it was given anything: what was claimed for it is free at once.
async fn leave_to_others(app: &App, claimed: Vec<Claimed>) -> ApiError {
    for job in claimed {
        // What cannot be given back now is free when its lease runs out.
        let _ = app.jobs.release(job.lease(), Heartbeat::default()).await;
    }
    ApiError::new(Status::BadRequest, "The client has gone.")
}

/// The kinds that a worker can do: a list of them, or in a form one with commas.
fn kinds(reader: &mut FieldReader<'_>) -> Vec<String> {
    let kinds = reader.required_texts("kinds");
    if reader.errors.has("kinds") {
        return kinds;
    }
    if kinds.is_empty() || kinds.len() > KINDS {
        reader.errors.add("kinds", format!("Give from 1 to {KINDS} kinds."));
    } else if kinds.iter().any(|kind| kind.is_empty() || kind.len() > NAME_LIMIT) {
        let message = format!("A kind has from 1 to {NAME_LIMIT} characters.");
        reader.errors.add("kinds", message);
    }
    kinds
}

/// 200 and where the job stands now; 409 when the lease is over.
pub(super) async fn report<'r>(
    app: &App,
    request: &'r Request<'_>,
    data: Data<'_>,
    id: JobId,
    verb: Verb,
) -> Result<Response<'r>, ApiError> {
    let body = body::body(app, request, data).await?;
    let answer = match verb {
        Verb::Heartbeat => {
            let (lease, heartbeat) = heartbeat(&body, id)?;
            let renewed = app.jobs.heartbeat(lease, heartbeat).await?;
            json!({
                "job_id": id, "status": "processing", "lease_until": renewed.until, "cancelled": renewed.is_cancelled,
            })
        }
        Verb::Complete => {
            let (lease, result) = complete(&body, id)?;
            let outcome = app.jobs.complete(lease, result).await?;
            json!({ "job_id": id, "status": outcome.state })
        }
        Verb::Fail | Verb::Retry => {
            let (lease, error, retry) = fail(&body, id)?;
            let outcome = app.jobs.fail(lease, error, retry).await?;
            json!({ "job_id": id, "status": outcome.state, "run_at": outcome.run_at })
        }
    };
    Ok(of_json(Status::Ok, &answer))
}

fn heartbeat(body: &Body, id: JobId) -> Result<(Lease, Heartbeat), ApiError> {
    let mut reader = FieldReader::of_body(body)?;
    reader.only(&["lease_token", "lease", "progress", "checkpoint"]);
    let lease = lease(&mut reader, id);
    let heartbeat = Heartbeat {
        progress: progress(&mut reader),
        checkpoint: reader.json("checkpoint").map(|json| json.get().to_owned()),
        lease_ms: reader
            .duration("lease", SHORTEST_LEASE, LONGEST_LEASE)
            .map(milliseconds),
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

/// How far a job is: a number from 0 to 1, or `{"done", "total", "message"}` with any of the three.
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
    // As it was understood: without the spaces and repeated names that it may have come with.
    is_good.then(|| value.to_string())
}

fn milliseconds(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
