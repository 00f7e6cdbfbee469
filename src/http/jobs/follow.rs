//! A job followed as server-sent events, from its present state to its end.
//!
//! Each event is the whole job, so that a client that connects again has missed nothing. The stream ends with the job;
//! a browser, which then connects again by itself, gets 204, which tells it to stop.

use std::time::Duration;

use bytes::Bytes;
use rocket::Response;
use tokio::sync::{OwnedSemaphorePermit, mpsc, watch};

use crate::http::context::RequestContext;
use crate::http::event_stream;
use crate::http::lifecycle::Lifecycle;
use crate::http::response::{self, ApiError};
use crate::jobs::{Error, Job, JobId, Jobs};

/// Time between two reads of the same job, however often jobs change.
const PAUSE: Duration = Duration::from_millis(50);
/// Silence after which a comment is sent.
const SILENCE: Duration = Duration::from_secs(15);

/// The stream of a job; 204 when the client has seen its last event.
pub(super) fn respond<'r>(context: &RequestContext<'_, '_>, id: JobId) -> Result<Response<'r>, ApiError> {
    let (app, request) = (context.app, context.request);
    let job = app.jobs.find(id)?;
    let seen = request.headers().get_one("Last-Event-ID");
    if job.status.is_finished() && seen == Some(&version(&job)) {
        return Ok(response::no_content());
    }
    event_stream::response(app, request, || {
        let Ok(permit) = app.event_streams.clone().try_acquire_owned() else {
            return Err(Error::Crowded("Too many streams are open. Try again.").into());
        };
        let (events, received) = mpsc::channel(1);
        let follower = Follower {
            jobs: app.jobs.clone(),
            lifecycle: app.lifecycle.clone(),
            events,
            _permit: permit,
        };
        tokio::spawn(follower.follow(job));
        Ok(received)
    })
}

/// The id of the event that shows a job in its present state.
fn version(job: &Job) -> String {
    format!("{}-{}-{}", job.status.name(), job.attempts, job.updated_at.0)
}

fn event(job: &Job) -> Bytes {
    event_stream::event(&version(job), &serde_json::to_string(job).unwrap_or_default())
}

/// Reads a job whenever any job has changed, and sends it when it has.
struct Follower {
    jobs: Jobs,
    lifecycle: Lifecycle,
    events: mpsc::Sender<Bytes>,
    _permit: OwnedSemaphorePermit,
}

impl Follower {
    async fn follow(self, mut job: Job) {
        let mut changes = self.jobs.changes();
        let mut sent = None;
        loop {
            changes.borrow_and_update();
            let current = event(&job);
            if sent.as_ref() != Some(&current) {
                if self.events.send(current.clone()).await.is_err() {
                    return;
                }
                sent = Some(current);
            }
            if job.status.is_finished() || !self.has_changed(&mut changes).await {
                return;
            }
            // Deleted after its retention, or not readable: the client connects again and gets 404.
            job = match self.jobs.find(job.job_id) {
                Ok(job) => job,
                Err(_) => return,
            };
        }
    }

    /// Waits for a change of any job. False when the client has gone, the server is to stop or the queue is closed.
    async fn has_changed(&self, changes: &mut watch::Receiver<u64>) -> bool {
        tokio::time::sleep(PAUSE).await;
        loop {
            tokio::select! {
                changed = changes.changed() => return changed.is_ok(),
                () = tokio::time::sleep(SILENCE) => {
                    if self.events.send(event_stream::COMMENT).await.is_err() {
                        return false;
                    }
                }
                () = self.events.closed() => return false,
                () = self.lifecycle.draining() => return false,
            }
        }
    }
}
